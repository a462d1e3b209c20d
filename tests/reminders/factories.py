"""Messages made through the real service."""

from apps.reminders.services import News, remind


def make_messages(user, number, now, *, kind="ballot-open", channels=("in-app", "email")):
    for index in range(number):
        parameters = {
            "title": {"zh": f"第{index}号议案", "en": f"Motion {index}"},
            "closes_at": now,
            "resolution_id": index,
        }
        remind(News([user.id], kind, parameters, key=f"m{index}", channels=channels), now=now)
