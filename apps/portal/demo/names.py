"""Fictional people for the demo: names, e-mail addresses, identity numbers that belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

SURNAMES = (
    "林 Lin,周 Zhou,陈 Chen,黄 Huang,吴 Wu,徐 Xu,孙 Sun,马 Ma,朱 Zhu,胡 Hu,郭 Guo,何 He,高 Gao,罗 Luo,郑 Zheng,梁 Liang,谢 Xie,"
    "宋 Song,唐 Tang,许 Xu,韩 Han,冯 Feng,邓 Deng,曹 Cao,彭 Peng,曾 Zeng,肖 Xiao,田 Tian,董 Dong,潘 Pan,袁 Yuan,蔡 Cai,余 Yu,"
    "杜 Du,叶 Ye,程 Cheng,苏 Su,魏 Wei,吕 Lü,丁 Ding,沈 Shen,任 Ren,姚 Yao,卢 Lu,傅 Fu,钟 Zhong,姜 Jiang,崔 Cui,谭 Tan,陆 Lu"
).split(",")
WOMEN = "悦 静 敏 芳 婷 雪 颖 琳 慧 晶 倩 瑶 岚 蕾 佳怡 雨欣 思涵 梦琪 诗雨 若曦 晓燕 丽华 秀兰 玉珍 文娟 雅文 子晴 可馨".split()
MEN = "伟 强 磊 军 洋 勇 杰 涛 明 超 鹏 辉 宇轩 浩然 子墨 俊杰 一诺 梓豪 天佑 文博 建国 志远 国栋 海涛 晓东 立新 思远 嘉言".split()

CHECK_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_LETTERS = "10X98765432"
AREA_OF_NOBODY = "110000"  # a province-level code: no identity number is issued under it


def identity_number(born: date, sex: str, serial: int) -> str:
    """A resident identity number of valid form for nobody; ``serial`` 0..498 tells people of one day and sex apart."""
    order = 2 * serial + (1 if sex == "male" else 2)
    body = f"{AREA_OF_NOBODY}{born:%Y%m%d}{order:03d}"
    check = sum(int(digit) * weight for digit, weight in zip(body, CHECK_WEIGHTS, strict=True)) % 11
    return body + CHECK_LETTERS[check]


@dataclass
class Names:
    """Gives out names and identity numbers, never the same number twice, the same ones for the same seed."""

    random: Random

    def __post_init__(self) -> None:
        self._serials: dict[tuple[date, str], int] = {}

    def surname(self) -> str:
        return self.random.choice(SURNAMES).split()[0]

    def given(self, sex: str) -> str:
        return self.random.choice(WOMEN if sex == "female" else MEN)

    def identity(self, born: date, sex: str) -> str:
        serial = self._serials.get((born, sex), 0)
        self._serials[born, sex] = serial + 1
        return identity_number(born, sex, serial)
