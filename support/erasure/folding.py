"""A text as people are looked for in it, with the place in the stored text of each of its signs.

Width, case, accents, unseen signs and the traditional script are folded away, one character after the other, so
that a find can be told in places of the text as it is kept. `core.text.tokens` folds too, but forgets the places.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_LETTERS = {
    "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "þ": "th", "ŋ": "n",
    **dict.fromkeys("‘’‛ʼ′`´＇", "'"),
    **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
    **dict.fromkeys("•・‧∙●", "·"),
}  # fmt: skip
_UNSEEN = "\u115f\u1160\u3164\uffa0\u2800"

# Traditional characters of names, addresses and companies, each followed by its simplified form.
_TRADITIONAL = (
    "張张陳陈劉刘楊杨趙赵黃黄吳吴孫孙馬马鄭郑羅罗謝谢韓韩馮冯鄧邓蕭萧許许葉叶蔣蒋餘余蘇苏盧卢賈贾譚谭陸陆範范鄒邹閆闫錢钱湯汤龔龚賀贺顧顾龐庞莊庄顏颜歐欧陽阳藍蓝聶聂齊齐關关賴赖嚴严華华萬万單单盤盘"
    "紀纪呂吕倉仓婁娄駱骆鍾钟鐘钟樂乐費费連连練练鄔邬應应闕阙饒饶鄺邝鮑鲍喬乔溫温衛卫項项魯鲁諸诸畢毕陰阴閻阎嶽岳滿满寧宁強强偉伟傑杰軍军國国濤涛輝辉鵬鹏飛飞剛刚麗丽艷艳豔艳靜静潔洁紅红蘭兰鳳凤瑩莹"
    "穎颖瓊琼雲云愛爱貴贵榮荣龍龙慶庆義义禮礼學学誠诚亞亚東东興兴發发財财寶宝銀银銘铭鋒锋銳锐錦锦鈞钧鋼钢鎮镇鈺钰鑒鉴鑑鉴鐵铁賢贤賓宾贊赞質质億亿儀仪優优啟启啓启園园圍围堅坚壯壮夢梦嬌娇嫻娴婭娅媧娲"
    "孃娘實实寬宽對对導导嵐岚峯峰崗岗島岛師师帥帅廣广廬庐彥彦後后從从悅悦恆恒憶忆懷怀戰战揚扬擁拥撫抚時时曉晓曄晔暉晖暢畅書书會会條条樹树橋桥機机檸柠權权歡欢歲岁氣气漢汉潤润澤泽濱滨瀾澜瀟潇灣湾滬沪"
    "滄沧滙汇匯汇燦灿煒炜煥焕煙烟燁烨燈灯爾尔獻献珮佩瑋玮瑤瑶璣玑環环璦瑷瑪玛畫画盡尽眾众碩硕祿禄禎祯稱称穀谷積积穩稳競竞筆笔節节簡简級级純纯紋纹紹绍維维綱纲綺绮緒绪緯纬縣县織织續续纖纤經经結结給给"
    "絲丝綠绿緣缘總总績绩繼继羣群聖圣聞闻聯联聰聪職职肅肃膚肤臨临舊旧藝艺蓮莲蔭荫蕓芸薈荟蘊蕴蘆芦處处號号虛虚術术製制複复親亲觀观記记設设訊讯訂订詩诗話话語语認认說说請请諾诺謙谦講讲證证識识譯译護护"
    "豐丰貝贝負负販贩貨货責责貿贸買买賣卖贏赢趕赶躍跃車车軒轩輪轮輯辑轉转達达進进運运過过遠远適适遲迟遷迁選选還还邊边鄉乡鄰邻醫医釗钊長长門门開开間间閃闪閔闵闊阔陣阵陝陕際际隨随隱隐雋隽雙双雜杂雞鸡"
    "離离難难電电霧雾靈灵韋韦韻韵頁页順顺須须預预領领頤颐題题願愿風风駐驻駿骏騰腾驊骅驕骄驛驿驍骁鬱郁魚鱼鴻鸿鶴鹤鷹鹰鸞鸾麥麦黨党點点齡龄個个們们來来這这為为於于與与無无現现產产業业廠厂團团務务區区"
    "樓楼層层棟栋場场廳厅臺台塊块報报價价傳传傷伤僅仅兩两冊册別别動动勞劳勝胜勵励協协參参員员問问嗎吗嘗尝圖图塵尘壓压審审屬属岡冈幣币幫帮庫库廈厦彈弹復复徵征態态懇恳戲戏戶户擔担據据擴扩數数斷断舉举"
    "歷历殺杀沒没決决況况測测湧涌準准漲涨灑洒營营獨独癥症確确禦御種种紐纽納纳終终絡络繪绘罰罚習习聲声腦脑臉脸葯药藥药蘋苹補补裝装裡里裏里見见規规視视覺觉計计討讨訓训訴诉評评試试詢询詳详誤误調调談谈"
    "諮咨謂谓議议讓让貼贴資资賬账賠赔購购贈赠軟软較较載载輸输辦办農农遞递遺遗郵邮錄录錯错鏈链閉闭隊队階阶雖虽顯显飯饭飲饮養养驗验體体鬆松鬧闹麼么黴霉淨净湊凑滅灭濟济煉炼爐炉獎奖瑯琅甯宁瞭了祕秘簽签"
    "籤签緊紧線线綫线縮缩罵骂脫脱臘腊艦舰莖茎菸烟萊莱蔔卜蓋盖蟲虫衆众衝冲褲裤訪访診诊該该詞词誌志誰谁課课賞赏賤贱趨趋跡迹蹤踪軌轨辭辞迴回逕径週周釋释銷销鎖锁闆板靚靓靄霭頓顿頭头額额類类飄飘饋馈馳驰"
    "駕驾騎骑騙骗驚惊鮮鲜鯤鲲鳴鸣鴨鸭麵面堯尧昇升凱凯倫伦嘯啸嬋婵嫵妩嬅婳巒峦崢峥嶸嵘巖岩彙汇愷恺憲宪楓枫樺桦櫻樱沖冲淵渊渦涡湞浈滌涤潯浔澗涧濬浚灝灏灃沣瑲玱璉琏璽玺璿璇瓏珑皚皑禕祎絢绚綸纶綻绽縈萦"
    "繡绣纓缨翹翘聳耸葦苇蒨茜薔蔷薩萨蘿萝詠咏詮诠諶谌譽誉贇赟軻轲鄲郸酈郦鈴铃鉉铉銓铨鋮铖錚铮錫锡鍇锴鎧铠鏗铿鏘锵閩闽闓闿韜韬頌颂頡颉頻频顥颢飆飙飈飙駒驹驥骥鵑鹃鵲鹊鶯莺鸝鹂龜龟"
)
_SIMPLE = dict(zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True))


@dataclass(frozen=True, slots=True)
class Folded:
    """A text folded: `signs`, and for each of them where it stands in `text`."""

    text: str
    signs: str
    places: range | list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a find stands in the text as it is stored, with the accents that hang on its end."""
        last = self.places[end - 1] + 1
        while last < len(self.text) and unicodedata.category(self.text[last]) in ("Mn", "Me"):
            last += 1
        return self.places[start], last

    def is_capital(self, place: int) -> bool:
        """Tell whether the sign is a capital letter in the stored text."""
        return self.text[self.places[place]].isupper() or self.text[self.places[place]].istitle()


def fold(text: str) -> Folded:
    """Return the text folded. Linear in its length."""
    if text.isascii() and text.isprintable():
        return Folded(text, text.lower().replace("`", "'"), range(len(text)))
    signs: list[str] = []
    places: list[int] = []
    for place, mark in enumerate(text):
        folded = _fold_sign(mark)
        signs.append(folded)
        places += [place] * len(folded)
    return Folded(text, "".join(signs), places)


@lru_cache(maxsize=20_000)
def _fold_sign(mark: str) -> str:
    if mark in "\n\r\u2028\u2029\x0b\x0c\x85":
        return "\n"
    if mark == "\t" or unicodedata.category(mark) == "Zs":
        return " "
    if mark in _UNSEEN or unicodedata.category(mark) in ("Cf", "Cc", "Mn", "Me"):
        return ""
    if mark in _SIMPLE or mark in _LETTERS:
        return _SIMPLE.get(mark) or _LETTERS[mark]
    if unicodedata.decimal(mark, None) is not None:
        return str(unicodedata.decimal(mark))
    if unicodedata.category(mark) in ("No", "So") or "가" <= mark <= "힣" or "぀" <= mark <= "ヿ":
        return mark  # ① is no 1 of the number that follows it
    plain = "".join(
        part
        for part in unicodedata.normalize("NFKD", mark)
        if unicodedata.category(part) not in ("Mn", "Me", "Cf", "Cc")
    )
    return "".join(_LETTERS.get(part, _SIMPLE.get(part, part)) for part in plain.casefold())
