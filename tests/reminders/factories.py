"""Messages made through the real service."""

from apps.reminders.services import remind


def make_messages(user, number, now, *, kind="ballot-open", channels=("in-app", "email")):
    for index in range(number):
        parameters = {
            "title": {"zh": f"第{index}号议案", "en": f"Motion {index}"},
            "closes_at": now,
            "resolution_id": index,
        }
        remind(
            user_id=user.id, kind=kind, parameters=parameters, due_at=now, key=f"m{index}", now=now, channels=channels
        )
