"""English words by which a name in letters is told from what only looks like it. Data; the rules are in `latin`."""

from __future__ import annotations

_FAMILIES_TEXT = (
    "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song "
    "tang han feng yu dong xiao cheng cao yuan deng fu shen zeng peng lu su jiang cai jia ding wei xue ye "
    "yan pan du dai xia zhong tian ren fan fang shi yao tan liao zou xiong jin hao kong bai cui kang mao qiu "
    "qin gu hou shao meng long wan duan lei qian yin chang qiao lai gong wen lau wong cheung chan lee leung "
    "ng ho lam ouyang sima zhuge shangguan lyu lv yi niu ge zhan tao dou you chow kwok tsai hsu hsieh"
)
FAMILIES = frozenset(_FAMILIES_TEXT.split())
"""Chinese family names in letters: they often stand first."""

_WORD_NAMES_TEXT = (
    "will mark grant rose grace hope faith joy dawn summer autumn april june august may chase chance hunter "
    "miles pierce frank rich bill jack max art gene victor drew dean earl duke lane reed rusty sandy olive "
    "ruby pearl amber crystal ivy iris lily daisy violet heather holly ginger penny sterling christian "
    "charity angel melody harmony destiny cash ray pat sue rob nick don guy carol robin jay trip wade ward "
    "warren forest cliff glen brook brooks dale heath rocky stone clay jade gale skip buddy bud colt archer "
    "carter mason taylor tyler cooper parker porter baker sawyer page lance norm basil herb sage rosemary "
    "pepper candy honey star sky storm sunny happy merry mercy patience prudence constance verity trinity "
    "justice major king prince royal judge bishop pope abbot case chip buck ace dash jet randy peter rod "
    "woody paris london sydney chelsea florence austin dallas houston madison georgia virginia carolina "
    "dakota india asia china kenya israel jordan chad milan roman german bob josh tony mike stu matt troy "
    "price bush brown green white black gray young long short small little best day field wood woods hill "
    "banks bridge church park street west east north south power powers sharp strong swift wise noble smart "
    "good gold silver cook shepherd fox wolf bird swan drake rice bean berry cherry apple plum cotton bond "
    "cross love law read rush sharpe shore link lock golden rain river rivers snow frost winter winters "
    "knight mates french english wall walls else even an song can sun sung wan pan ding gong ban sing dong "
    "men hang fang tang gang"
)
WORD_NAMES = frozenset(_WORD_NAMES_TEXT.split())
"""Names that are English words, too: never a name in small letters alone."""

MONTHS = frozenset(("april", "june", "august", "may"))

_NAMES_TEXT = (
    "james john robert michael william david richard joseph thomas charles christopher daniel matthew "
    "anthony steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan "
    "jacob gary nicholas eric jonathan stephen larry scott brandon benjamin samuel gregory alexander patrick "
    "raymond dennis jerry aaron jose adam nathan henry douglas zachary kyle noah ethan jeremy walter keith "
    "roger terry harry sean mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa "
    "nancy betty margaret sandra ashley kimberly emily donna michelle dorothy amanda melissa deborah "
    "stephanie rebecca sharon laura cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen "
    "samantha katherine christine debra rachel janet catherine maria diane julie joyce victoria kelly "
    "christina joan evelyn lauren judith olivia martha cheryl megan andrea hannah jacqueline jane ann anne "
    "alice peter hugh elton tom tim sam ben dan jim joe steve chris alex kate lucy sophie ella oscar leo "
    "luke simon martin ian neil philip alan craig"
    " carl frank bill bob rob jack max henry oliver george arthur noah oscar archie freddie theo edward"
    " louis isaac hugo lily mia isla ava grace freya evie rosie clara eva lena nina marie claire sophia"
    " isabella charlotte amelia luisa carlos juan pedro luis miguel pablo diego jorge hans klaus jan lars"
    " sven erik ivan marco paolo luca pierre jean michel andre nick tony ken greg jeff doug ray ron don"
    " ted phil rick vincent walter wayne albert howard ralph eugene russell louis bobby johnny"
)
NAMES = frozenset(_NAMES_TEXT.split())
"""Given names: beside one of them another first name is a part of somebody else's."""

_PLAIN_TEXT = (
    "i i'm i've i'd i'll the a an please thank thanks we you your our this that these those could can will "
    "would may monday tuesday wednesday thursday friday saturday sunday january february march april june "
    "july august september october november december today tomorrow yesterday tonight hi hello dear hey "
    "morning afternoon evening good best kind regards cheers sincerely yours customer customers buyer seller "
    "agent client user member manager support service team colleague mr mrs ms dr miss mister prof professor "
    "doctor sir madam and but or so because if when while as after before since for from to with by at in on "
    "of about is was are were has had have did does do not no yes ok okay re fw fwd cc bcc sent subject date "
    "he she it they his her their my its contact call ask tell ping email mail message inform notify let see "
    "meet told asked called met how why what who where which there here then now also both only just even "
    "like unlike per via without against between ticket order refund account note ps fyi hence however "
    "meanwhile perhaps maybe although though unless until once again every each any all some dearest "
    "accountant officer lawyer lead rep representative engineer nurse wechat whatsapp id name sender "
    "recipient attn attention owner holder friend wife husband brother sister mother father son daughter "
    "boss director ceo cfo assistant driver courier sales hr reporter complainant applicant requester "
    "claimant witness spokesperson remind give send pay invite thanking speak jr sr ii iii tel phone mobile address "
    "telephone gender age"
)
PLAIN = frozenset(_PLAIN_TEXT.split())
"""Capital words beside a name that are no part of it."""

_FAMILY_PARTICLES_TEXT = "van von de del di da der den bin ibn al el la le ter dos du mc mac st o"
FAMILY_PARTICLES = frozenset(_FAMILY_PARTICLES_TEXT.split())

ORGANISED = (
    "ltd|limited|inc|llc|llp|plc|corp|corporation|company|gmbh|foundation|university|college|school|hospital|"
    "street|road|avenue|lane|drive|boulevard|square|holdings|group|associates|partners|consulting|trading|"
    "hotel|airport|stadium|memorial|award|library|institute|museum|center|centre|theatre|theater|prize|"
    "scholarship|park|hall|co"
)

GREETING = (
    "hi|hello|dear|hey|dearest|thanks|thank you|thx|morning|afternoon|evening|cheers|regards|sincerely|yours|"
    "truly|wishes|welcome|sorry|greetings|ok|okay|yes|no|bye"
)
BEFORE_NAME = (
    GREETING
    + "|with|by|from|to|for|and|or|told|asked|tell|ask|contact|contacted|call|called|met|meet|see|saw|cc|that|because"
    "|when|while|if|whether|since|as|named|colleague|customer|buyer|seller|agent|manager|client|user|member|than|is"
    "|was|remind|reminded|informed|inform|notified|notify|let|email|emailed|messaged|phoned|rang|help|helped|of|about"
    "|can|does|did|has|will|could|should|would|may|have|are|were|do|please"
    "|but|after|before|like|our|my|invite|paid|gave|give|sent|said|says|between|owner|friend|brother|sister|husband|wife"
)
AFTER_NAME = (
    "said|says|asked|asks|wrote|writes|called|calls|told|tells|confirmed|confirms|reported|reports|"
    "complained|complains|replied|replies|sent|paid|ordered|agreed|promised|wants|wanted|needs|needed|"
    "answered|mentioned|explained|requested|returned|received|provided|claims|claimed|thinks|thought|emailed|"
    "phoned|rang|refused|signed|bought|submitted|contacted|insisted|went|came|also|never|already|just|again|"
    "who|here|apologised|apologized|thanked|admitted|noticed|forgot|tried|spoke|uploaded|gave|knows|knew|"
    "hopes|hoped|would|did|does|has|had"
)
WEAK_AFTER = "is|was|will|can|could|should|and|or|in|at|on|about|from|to|for|with|today|yesterday|about|because|but|if"
TITLES = "mr|mrs|ms|miss|mx|dr|prof|professor|doctor|mister|sir|madam|madame|mme|attorney"
HAN_TITLES = "先生|女士|小姐|老师|太太|博士|教授|医生|律师|经理"
