"""The demo's alliance: one specialist hospital, twelve clinics, and the people who work for the fund."""

from __future__ import annotations

from dataclasses import dataclass

from apps.accounts.models import Role

PASSWORD = "gongji-demo-2026"  # noqa: S105 - printed for everyone on purpose
DOMAIN = "demo.gongji.example"

CLINICS = (
    ("riverside", "河畔社区卫生服务中心", "Riverside Community Health Centre"),
    ("maple", "枫叶社区卫生服务中心", "Maple Community Health Centre"),
    ("lotus", "莲花社区卫生服务中心", "Lotus Community Health Centre"),
    ("north-gate", "北门社区卫生服务中心", "North Gate Community Health Centre"),
    ("old-bridge", "老桥社区卫生服务中心", "Old Bridge Community Health Centre"),
    ("spring", "清泉社区卫生服务中心", "Clear Spring Community Health Centre"),
    ("hillside", "山坡社区卫生服务中心", "Hillside Community Health Centre"),
    ("willow", "柳岸社区卫生服务中心", "Willow Bank Community Health Centre"),
    ("east-lake", "东湖社区卫生服务中心", "East Lake Community Health Centre"),
    ("sunrise", "朝阳里社区卫生服务中心", "Sunrise Lane Community Health Centre"),
    ("garden", "花园社区卫生服务中心", "Garden Community Health Centre"),
    ("harbour", "港湾社区卫生服务中心", "Harbour Community Health Centre"),
)
HOSPITAL = ("children", "共济妇女儿童专科医院", "Gongji Women's and Children's Hospital")
DEPARTMENTS = (
    ("referral-desk", "转诊服务台", "Referral Desk"),
    ("respiratory", "儿童呼吸科", "Child Respiratory Medicine"),
    ("memory", "记忆门诊", "Memory Clinic"),
    ("movement", "运动障碍科", "Movement Disorders"),
    ("womens-oncology", "妇科肿瘤科", "Women's Oncology"),
)
OTHERS = (
    ("insurer", "insurer", "同舟保险", "Tongzhou Insurance"),
    ("technology", "technology", "明镜科技", "Mirror Technology"),
    ("fund", "fund", "共济互助基金", "Gongji Mutual Fund"),
    ("couriers", "union", "骑手工会联合会", "Couriers' Union"),
    ("civil-affairs", "authority", "河畔区民政局", "Riverside Civil Affairs Office"),
)


@dataclass(frozen=True)
class Worker:
    """Someone with an account of their own in the demo; ``place`` is organisation code[/department code]."""

    login: str
    name: str
    roles: tuple[str, ...]
    place: str
    does_zh: str
    does_en: str
    seat: str = ""

    @property
    def email(self) -> str:
        return f"{self.login}@{DOMAIN}"


STAFF = (
    Worker("coordinator", "何静", (Role.COORDINATOR,), "children/referral-desk", "医院协调员", "Hospital coordinator"),
    Worker("specialist", "徐薇", (Role.SPECIALIST,), "children/respiratory", "呼吸科专科医生", "Specialist"),
    Worker("officer", "唐莉", (Role.CLAIMS_OFFICER,), "fund", "理赔员", "Claims officer"),
    Worker("treasurer", "顾宁", (Role.TREASURER,), "fund", "财务主管", "Treasurer"),
    Worker("auditor", "严正", (Role.AUDITOR,), "fund", "审计员", "Auditor"),
    Worker("admin", "钱进", (Role.ADMINISTRATOR,), "fund", "管理员", "Administrator"),
    Worker("chair", "沈岳", (Role.COUNCIL,), "insurer", "理事会主席（保险方）", "Chair of the council", "insurer"),
    Worker("council.hospital1", "傅岩", (Role.COUNCIL,), "children", "理事（医院方）", "Council, hospital", "hospital"),
    Worker("council.hospital2", "姜澜", (Role.COUNCIL,), "children", "理事（医院方）", "Council, hospital", "hospital"),
    Worker(
        "council.tech", "陆航", (Role.COUNCIL,), "technology", "理事（技术方）", "Council, technology", "technology"
    ),
    Worker("council.doctor1", "田野", (Role.COUNCIL,), "maple", "理事（社区医生）", "Council, doctors", "doctors"),
    Worker("council.doctor2", "苏禾", (Role.COUNCIL,), "lotus", "理事（社区医生）", "Council, doctors", "doctors"),
    Worker("council.parent1", "叶青", (Role.COUNCIL,), "", "理事（家长）", "Council, parents", "parents"),
    Worker("council.parent2", "程朗", (Role.COUNCIL,), "", "理事（家长）", "Council, parents", "parents"),
    Worker("council.parent3", "杜若", (Role.COUNCIL,), "", "理事（家长）", "Council, parents", "parents"),
    Worker("union", "马骏", (Role.SPONSOR,), "couriers", "工会干事", "Union, uploads rosters"),
    Worker("union2", "韩冰", (Role.SPONSOR,), "couriers", "工会主席", "Union, second person"),
    Worker("civil", "罗静", (Role.SPONSOR,), "civil-affairs", "民政专员", "Civil affairs, uploads rosters"),
    Worker("civil2", "梁辉", (Role.SPONSOR,), "civil-affairs", "民政科长", "Civil affairs, second person"),
)
LEAD_DOCTOR = Worker("doctor", "周敏", (Role.FAMILY_DOCTOR,), "riverside", "家庭医生", "Family doctor")
LEAD_PARENT = Worker("parent", "林悦", (), "", "家长，孩子有哮喘", "Parent of a child with asthma")
MEMBER = Worker("member", "苏晴", (), "", "会员，积分抵会费", "Member: points, a discount on her second year")
SIGN_INS = (LEAD_PARENT, MEMBER, LEAD_DOCTOR, *STAFF)
