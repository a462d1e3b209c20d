"""Comparing an answer with what a case expects, as the contract says: names match, left-out fields do not count."""

WHOLE = ("benefits", "reasons")


def differences(expected, answer, where=""):
    """One line for each expectation that does not hold."""
    if isinstance(expected, dict):
        found = []
        for field, value in expected.items():
            path = f"{where}.{field}".lstrip(".")
            if field not in answer:
                found.append(f"{path} is missing")
            elif field in WHOLE:
                found += [] if value == answer[field] else [f"{path}: expected {value}, got {answer[field]}"]
            elif field in ("claims", "waterfall"):
                found += _by_name(value, answer[field], path, "id" if field == "claims" else "payer")
            else:
                found += differences(value, answer[field], path)
        return found
    if isinstance(expected, list) and isinstance(answer, list) and len(expected) == len(answer):
        return [line for pair in zip(expected, answer, strict=True) for line in differences(*pair, where)]
    return [] if _same(expected, answer) else [f"{where}: expected {expected!r}, got {answer!r}"]


def _same(expected, answer):
    return expected == answer or (isinstance(answer, int) and not isinstance(answer, bool) and str(answer) == expected)


def _by_name(expected, answer, where, name):
    by_name = {item[name]: item for item in answer}
    found = []
    for item in expected:
        path = f"{where}[{item[name]}]"
        found += differences(item, by_name[item[name]], path) if item[name] in by_name else [f"{path} is missing"]
    return found
