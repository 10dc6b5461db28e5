"""Invented people whom the corpus erases, each with the neighbours and phrases that look like them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Chinese:
    """A Chinese name: its writing, its pinyin, other people's names that hold it, phrases that hold it."""

    name: str
    traditional: str
    surname: str
    given: str
    others: tuple[str, ...]
    phrases: tuple[str, ...] = ()
    is_a_word: bool = False

    @property
    def latin(self) -> str:
        """The pinyin, surname first."""
        return f"{self.surname} {self.given}"


@dataclass(frozen=True)
class Western:
    """A name in Latin letters, its form without accents, and phrases with the same words."""

    first: str
    last: str
    title: str
    plain: str = ""
    phrases: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """First name, then last name."""
        return f"{self.first} {self.last}"


CHINESE = (
    Chinese(
        "张伟", "張偉", "Zhang", "Wei", ("张伟业", "张伟丽", "张伟东", "张伟杰"),
        ("这张伟岸大桥的照片是我自己拍的，不许别的店盗用。", "那张伟大航路的海报到货时折了一个角。",
         "老板姓张，伟业路上那家店是他开的。"),
    ),
    Chinese(
        "李娜", "李娜", "Li", "Na", ("李娜娜", "李娜英", "李娜敏"),
        ("托运的行李娜拉牌箱子轮子断了，要求换货。", "行李娜里娜气地贴满了贴纸，认不出是谁的。"),
    ),
    Chinese(
        "王小明", "王小明", "Wang", "Xiaoming", ("王小明月", "王小明珠", "汪小明"),
        ("女王小明月系列的团扇只发来了一把。", "店主姓王，小明月底才来取货。"),
    ),
    Chinese(
        "欧阳娜娜", "歐陽娜娜", "Ouyang", "Nana", ("欧阳娜", "欧阳娜娜子", "阳娜娜"),
        ("从欧洲寄来的，阳光下看颜色偏黄。",),
    ),
    Chinese(
        "王芳", "王芳", "Wang", "Fang", ("王芳芳", "王芳菲", "汪芳"),
        ("女王芳香系列的蜡烛少了一支，请补寄。", "蜂王芳草蜜的瓶盖裂了。"),
    ),
    Chinese(
        "李强", "李強", "Li", "Qiang", ("李强生", "李强东", "黎强"),
        ("小李强调过三次，易碎品要加泡沫。", "行李强度不够，拉杆一提就断。"),
    ),
    Chinese(
        "张敏", "張敏", "Zhang", "Min", ("张敏之", "张敏华", "章敏"),
        ("这张敏感肌面膜用了以后脸上发红。", "每张敏感词清单都由法务核过。"),
    ),
    Chinese(
        "张丽", "張麗", "Zhang", "Li", ("张丽华", "张丽娟", "章丽"),
        ("那张丽江明信片寄丢了，我想补一张。", "一张丽水的地图印反了。"),
    ),
    Chinese(
        "陈晨", "陳晨", "Chen", "Chen", ("陈晨曦", "陈晨光", "程晨"),
        ("老陈晨练回来才看到快递柜的短信。", "小陈晨会上说过这个活动月底结束。"),
    ),
    Chinese(
        "李想", "李想", "Li", "Xiang", ("李想容", "李想南", "黎想"),
        ("小李想退货，我替小李问一下运费谁出。", "老李想换个大一号的。"),
    ),
    Chinese(
        "陈静", "陳靜", "Chen", "Jing", ("陈静怡", "陈静文", "程静"),
        ("老陈静下来以后同意换货，不再要求赔偿。", "橱窗里的新陈静物画不在这次活动里。"),
    ),
    Chinese(
        "刘洋", "劉洋", "Liu", "Yang", ("刘洋洋", "刘洋河", "柳洋"),
        ("老刘洋酒只喝那一种，别的牌子要退。",),
    ),
    Chinese("赵建国", "趙建國", "Zhao", "Jianguo", ("赵建国庆", "赵建华", "肇建国"), ()),
    Chinese(
        "周晓东", "周曉東", "Zhou", "Xiaodong", ("周晓东升", "周晓冬", "邹晓东"),
        ("本周晓东路站点停收，改送到对面。",),
    ),
    Chinese("司马云", "司馬雲", "Sima", "Yun", ("司马云飞", "司马云舒", "斯马云"), ()),
    Chinese("诸葛明远", "諸葛明遠", "Zhuge", "Mingyuan", ("诸葛明", "诸葛明远山"), ()),
    Chinese("上官婉清", "上官婉清", "Shangguan", "Wanqing", ("上官婉", "官婉清"), ()),
    Chinese("吴佩珊", "吳佩珊", "Wu", "Peishan", ("吴佩", "吴佩珊珊", "胡佩珊"), ()),
    Chinese("黄志远", "黃志遠", "Huang", "Zhiyuan", ("黄志远航", "黄志", "王志远"), ()),
    Chinese(
        "林海", "林海", "Lin", "Hai", ("林海燕", "林海峰", "凌海"),
        ("他家的园林海棠盆景运到时叶子全掉了。", "森林海报印得发虚，要求重印。"),
    ),
    Chinese("何雨桐", "何雨桐", "He", "Yutong", ("何雨桐桐", "何雨", "贺雨桐"), ()),
    Chinese(
        "孙悦", "孫悅", "Sun", "Yue", ("孙悦然", "孙悦宁", "宋悦"),
        ("给长孙悦目的礼物没包好，想要一个新盒子。",),
    ),
    Chinese("郑思齐", "鄭思齊", "Zheng", "Siqi", ("郑思", "郑思齐贤", "曾思齐"), ()),
    Chinese("韩雪梅", "韓雪梅", "Han", "Xuemei", ("韩雪", "韩雪梅子", "寒雪梅"), ()),
    Chinese("许文涛", "許文濤", "Xu", "Wentao", ("许文", "许文涛涛", "徐文涛"), ()),
    Chinese("罗丹凤", "羅丹鳳", "Luo", "Danfeng", ("罗丹", "罗丹凤仪"), ()),
    Chinese("冯子轩", "馮子軒", "Feng", "Zixuan", ("冯子", "冯子轩昂", "凤子轩"), ()),
    Chinese(
        "曹阳", "曹陽", "Cao", "Yang", ("曹阳春", "曹阳光", "晁阳"),
        ("马槽曹阳式的那款花器断货了。",),
    ),
)  # fmt: skip

WORDS = (
    Chinese(
        "高明", "高明", "Gao", "Ming", ("高明远", "高明珠"),
        ("店家这一招实在高明，先涨价再打折。", "你们的说法并不高明，我不接受。"), True,
    ),
    Chinese(
        "马上", "馬上", "Ma", "Shang", ("马上飞", "马上云"),
        ("请马上给我退款，我已经等了九天。", "客服说马上处理，可是没有下文。"), True,
    ),
    Chinese(
        "方正", "方正", "Fang", "Zheng", ("方正平", "方正之"),
        ("字帖要方正一点的那种，不要行书。", "盒子方正，刚好放进柜子。"), True,
    ),
    Chinese(
        "和平", "和平", "He", "Ping", ("和平安", "和平川"),
        ("包裹送到和平路的驿站就可以。", "双方和平协商，已经同意各退一步。"), True,
    ),
    Chinese(
        "温馨", "溫馨", "Wen", "Xin", ("温馨雅", "温馨月"),
        ("温馨提示：本店节日期间发货会慢两三天。", "房间布置得很温馨，只是灯有点暗。"), True,
    ),
    Chinese(
        "高峰", "高峰", "Gao", "Feng", ("高峰岩", "高峰林"),
        ("现在是物流高峰期，请耐心等一等。", "晚高峰送不到，明早再派。"), True,
    ),
    Chinese(
        "黄金", "黃金", "Huang", "Jin", ("黄金荣", "黄金兰"),
        ("黄金首饰不支持七天无理由退货。", "买的黄金吊坠少了一颗珠子。"), True,
    ),
    Chinese(
        "常青", "常青", "Chang", "Qing", ("常青云", "常青松"),
        ("四季常青的那种盆栽还有没有货？", "常青藤的枝条断了两根。"), True,
    ),
)  # fmt: skip

WESTERN = (
    Western("Jonathan", "Smith", "Mr"),
    Western("Siobhán", "O'Brien", "Ms", "Siobhan O'Brien"),
    Western("José", "Marín", "Mr", "Jose Marin"),
    Western("Anne-Marie", "Dupont", "Mrs"),
    Western("Zoë", "Lindqvist", "Ms", "Zoe Lindqvist"),
    Western("Harriet", "Holm-Larsen", "Dr"),
    Western("Amy", "Fairweather", "Ms"),
    Western("Tom", "Ashdown", "Mr"),
    Western("Oliver", "D'Arcy", "Mr"),
    Western("Renée", "Valcourt", "Mrs", "Renee Valcourt"),
    Western("Alice", "Brightwell", "Ms"),
    Western("Bob", "Carraway", "Mr"),
    Western("Charlie", "Winterbourne", "Mr"),
    Western("Priya", "Raghunath", "Dr"),
    Western("Björn", "Åkesson", "Mr", "Bjorn Akesson"),
    Western("Margaret", "Tull", "Mrs"),
    Western("Dominic", "St-Clair", "Mr"),
    Western("Eleanor", "Fitzhugh", "Ms"),
    Western("Kofi", "Adjei-Mensah", "Mr"),
    Western("Inês", "Caldeira", "Ms", "Ines Caldeira"),
    Western("Edward", "Lee", "Mr", phrases=("The parcel was left on the leeward side of the shed.",)),
    Western("Rupert", "Penhallow", "Mr"),
    Western("Nadia", "Kowalczyk", "Ms"),
    Western(
        "Will", "Carter", "Mr",
        phrases=("Will the refund arrive before Friday or not?",
                 "Where there is a will there is a way, but I want the parcel."),
    ),
    Western(
        "May", "Brooks", "Ms",
        phrases=("May I have the invoice for last month?", "It was ordered on 4 May and never came.",
                 "Two brooks run behind the pickup point, mind the mud."),
    ),
    Western(
        "Mark", "Grant", "Mr",
        phrases=("Please mark the order as returned.", "We paid it from a research grant, so keep the receipt.",
                 "Grant me access to the invoice, please."),
    ),
    Western(
        "Rose", "Fielding", "Ms",
        phrases=("The rose bowl came broken.", "The price rose twice while I was fielding calls."),
    ),
    Western(
        "Grant", "Waters", "Mr",
        phrases=("The board did grant us an extension.", "Still waters on the cover, that is the one."),
    ),
    Western(
        "Faith", "Long", "Mrs",
        phrases=("I acted in good faith and waited as long as I could.", "Have a little faith, it said."),
    ),
    Western(
        "Hunter", "Banks", "Mr",
        phrases=("The hunter green one, please.", "Both banks refused the card."),
    ),
)  # fmt: skip
