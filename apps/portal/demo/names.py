"""Fictional people for the demo: names, e-mail addresses, identity numbers that belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from apps.members.rules.identity import fictional_number

SURNAMES = "林周陈黄吴徐孙马朱胡郭何高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡余杜叶程苏魏吕丁沈任姚卢傅钟姜崔谭陆"
WOMEN = "悦静敏芳婷雪颖琳慧晶倩瑶岚蕾怡彤月希安宁"
MEN = "伟强磊军洋勇杰涛明超鹏辉轩然墨诺豪佑博远"
SECOND = "佳雨思梦诗若晓丽秀玉文雅子可宇浩俊一天建国志海立嘉"


@dataclass
class Names:
    """Gives out names and identity numbers, never the same number twice, the same ones for the same seed."""

    random: Random

    def __post_init__(self) -> None:
        self._serials: dict[tuple[date, str], int] = {}

    def surname(self) -> str:
        return self.random.choice(SURNAMES)

    def given(self, sex: str) -> str:
        last = self.random.choice(WOMEN if sex == "female" else MEN)
        return self.random.choice(SECOND) + last if self.random.random() < 0.7 else last

    def identity(self, born: date, sex: str) -> str:
        serial = self._serials.get((born, sex), 0)
        self._serials[born, sex] = serial + 1
        return fictional_number(birth_date=born, sex=sex, serial=serial)
