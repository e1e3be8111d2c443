"""`scanfix explain`: codes, words, and messages of refusal, whole, cut and misspelt."""

from __future__ import annotations

import random
from typing import Any

import pytest
from typer.testing import CliRunner

from scanfix import check_form
from scanfix.checks.bounds import severities
from scanfix.cli import app
from scanfix.documents.refusals import find_refusals, refusals
from scanfix.findings import FINDINGS, OF_LEGIBILITY
from scanfix.messages import LANGS, Lang, title

ENGLISH = {
    "invalid_certificate": [
        "Verification failed due to invalid certificate",
    ],
    "inconsistent_names": [
        "Verification failed due to inconsistent names in the verification and registration information",
    ],
    "lack_of_documents": [
        "Verification failed due to the lack of identity documents of the domain holder",
    ],
    "incomplete_information": [
        "Verification failed due to incomplete information about the domain holder",
    ],
    "invalid_holder": [
        "Verification failed due to invalid holder information",
    ],
    "upload_failed": [
        "Failed attempts to upload the verification information to CNNIC",
    ],
    "ministry_record": [
        (
            "Verification failed due to inconsistency between the submitted resident identity"
            " card and the one provided by the Ministry of Public Security"
        ),
    ],
    "international_user": [
        (
            "Verification failed because the submitted information identifies the domain holder"
            " as an international user"
        ),
    ],
    "newly_issued": [
        "Verification failed due to newly issued certificates or identity documents",
    ],
    "contact_information": [
        "Verification failed due to incorrect contact information. Command syntax errors occurred",
        "Verification failed due to incorrect contact information. XML schema validation failed",
    ],
    "sensitive_words": [
        "Verification failed due to content that may damage the honor and interests of the state",
        (
            "Verification failed due to violation of China Internet Domain Name Regulations"
            " article 27: Those that insult or libel others and infringe other people's legal rights"
            " and interests"
        ),
        "Other content prohibited by laws, rules and administrative regulations",
    ],
    "international_holder": [
        "Verification failed due to international individual or organization holders",
    ],
}
CHINESE = {
    "invalid_certificate": [
        "证件无效，审核失败",
        "由于证书无效，验证失败",
        "实名认证失败：证件无效",
    ],
    "inconsistent_names": [
        "审核失败：实名认证信息与域名注册信息的名称不一致",
        "域名持有者姓名不一致",
        "由于验证信息和注册信息中的名称不一致，验证失败",
    ],
    "lack_of_documents": [
        "审核失败：缺少域名持有者身份证明材料",
        "由于缺少域名持有者的身份证件，验证失败",
    ],
    "incomplete_information": [
        "域名持有者信息不完整，审核失败",
        "由于域名持有者信息不完整，验证失败",
    ],
    "invalid_holder": [
        "域名持有者信息无效，认证失败",
        "持有者信息无效",
    ],
    "upload_failed": [
        "向 CNNIC 上传验证信息失败",
        "多次尝试上传资料到CNNIC，均失败",
    ],
    "ministry_record": [
        "提交的居民身份证与公安部提供的不一致，审核失败",
        "身份证信息与公安部预留信息不一致",
    ],
    "international_user": [
        "提交资料显示为海外用户",
        "由于提交的信息将域名持有者标识为国际用户，验证失败",
    ],
    "newly_issued": [
        "新颁发的证件，审核失败",
        "由于新颁发的证书或身份证件，验证失败",
    ],
    "contact_information": [
        "联系人信息不正确。发生命令语法错误",
        "联系信息错误，XML架构验证失败",
    ],
    "sensitive_words": [
        "域名含有可能损害国家荣誉和利益的内容",
        "违反《中国互联网络域名管理办法》第二十七条：侮辱或者诽谤他人，侵害他人合法权益的",
        "含有法律、行政法规禁止的其他内容",
    ],
    "international_holder": [
        "境外个人或组织持有者",
        "国际个人或组织持有者，审核失败",
    ],
}
UNRELATED = [
    "The weather will be fine tomorrow.",
    "Please bring me two cups of coffee.",
    "How do I reset my password?",
    "The certificate of my cooking course hangs on the wall.",
    "I lost my passport on the train.",
    "Verify your email address to continue.",
    "Your invoice is attached.",
    "The train to Berlin leaves at nine.",
    "My domain expires next week.",
    "The upload of the video took an hour.",
    "Contact information for the team is on the last page.",
    "The ministry announced a new policy on schools.",
    "He failed the exam twice.",
    "The state of the art in image compression",
    "Names of all the planets",
    "An international airport is near the city.",
    "The holder of the record ran in Rome.",
    "Syntax highlighting does not work in my editor.",
    "The XML file has 300 lines.",
    "She wrote a letter to the organization.",
    "Invalid syntax near line 4",
    "File not found",
    "Permission denied",
    "Connection timed out after 30 seconds",
    "Out of memory",
    "The identity of the painter is unknown.",
    "Registration opens in May for all runners.",
    "Our new documents folder is on the server.",
    "Laws of thermodynamics",
    "The content of the box was damaged",
    "People have the right to rest.",
    "Failed to upload the file: network error.",
    "SSL certificate problem: unable to get local issuer certificate",
    "The ministry of education published the list.",
    "Verification code sent to your phone.",
    "Administrative fees may apply.",
    "Schema validation of the database succeeded.",
    "Article 27 of the contract covers delivery.",
    "Your domain has been renewed for one year.",
    "The submitted form contains errors.",
    "Invalid date format",
    "今天天气很好",
    "请问去火车站怎么走",
    "我想要一杯咖啡",
    "明天上午九点开会",
    "我的身份证丢了怎么办",
    "这本书的内容很有意思",
    "公司地址在北京市朝阳区",
    "验证码已发送到您的手机",
    "文件上传成功",
    "请输入密码",
    "您的订单已发货",
    "他的名字很难写",
    "新办公室在三楼",
    "国际航班需要提前两小时到达",
    "组织一次旅行",
    "法律专业的学生",
    "域名即将到期，请续费",
    "照片拍得很清楚",
    "联系人列表为空",
    "服务器内部错误",
    "审核通过",
    "文件不存在",
    "请选择上传的文件",
    "手机号不正确",
    "联系客服",
    "网络连接失败",
    "两次输入的密码不一致",
    "您的申请已提交，请等待审核",
    "身份验证器应用已绑定",
    "名单已经公布",
    "订单信息不完整",
    "发票信息有误",
    "法律法规课程",
    "无效的链接",
    "信息发送失败",
    "快递信息有误",
    "学籍信息有误",
    "车票信息不一致",
    "支付信息不正确",
    "乐器信息不完整",
    "请上传头像",
    "截图保存成功",
    "优惠券已过有效期",
    "会员已过期",
    "合金信息不正确",
    "上传头像失败",
    "Order information incomplete",
    "Verification code is wrong",
    "Screenshot saved to gallery",
    "Your session has expired",
]
MESSAGES = [(name, text) for table in (ENGLISH, CHINESE) for name, texts in table.items() for text in texts]


SHORT = {
    "unclear_picture": ["营业执照不清晰", "营业执照模糊", "身份证不清晰"],
    "incomplete_information": ["营业执照不完整"],
    "expired": ["营业执照已过期", "The ID card has expired"],
    "inconsistent_names": ["姓名错误", "号码错误", "wrong name"],
    "wrong_file": ["file size"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in SHORT.items() for text in texts])
def test_a_few_words_are_told_by_what_is_wrong_not_by_whose_document(name: str, text: str) -> None:
    assert answers(text) == [name]


def answers(message: str) -> list[str]:
    return [refusal.name for refusal in find_refusals(message)]


def misspelt(text: str, rng: random.Random) -> str:
    signs = list(text)
    for place in rng.sample(range(len(signs)), 2):
        signs[place] = rng.choice("aeionst" if signs[place].isascii() else "的是在有和")
    return "".join(signs)


@pytest.mark.parametrize(("name", "text"), MESSAGES)
def test_a_message_of_refusal_is_found_whole_cut_misspelt_and_among_other_words(name: str, text: str) -> None:
    rng, half = random.Random(text), len(text) // 2
    assert answers(text) == [name]
    assert name in answers(text[:half])
    assert name in answers(text[half:])
    # Two characters of eight may be all that tell; no more than that is lost.
    found = [name in answers(misspelt(text, rng)) for _ in range(20)]
    assert sum(found) >= (18 if len(text) < 16 else 20)
    assert name in answers(f"Hello, the registrar says: {text}. What do I have to do now with my site?")
    assert name in answers(text.upper())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Your photo is blurry", "unclear_picture"),
        ("The picture you uploaded is blurred, please upload again", "unclear_picture"),
        ("照片不清晰，审核不通过", "unclear_picture"),
        ("证件有反光，看不清", "unclear_picture"),
        ("图片格式不正确", "wrong_file"),
        ("文件大小超过限制", "wrong_file"),
        ("File size is over the limit", "wrong_file"),
        ("证件边框不完整", "incomplete_information"),
        ("边框不完整", "incomplete_information"),
        ("证件为截图", "not_an_original"),
        ("证件为复印件", "not_an_original"),
        ("证件为黑白复印件", "not_an_original"),
        ("请上传彩色扫描件", "not_an_original"),
        ("截图", "not_an_original"),
        ("screenshot", "not_an_original"),
        ("Please do not upload a screenshot of the document", "not_an_original"),
        ("请上传证件正反面", "other_side_missing"),
        ("Both sides are required", "other_side_missing"),
        ("The photo is mirrored", "mirrored"),
        ("证件已过有效期", "expired"),
    ],
)
def test_what_sites_say_of_a_picture_is_found_too(text: str, name: str) -> None:
    assert name in answers(text)


@pytest.mark.parametrize(
    "text",
    [
        "请上传清晰的证件照片",
        "请上传清晰的身份证正面照片",
        "请上传身份证正面照片，照片不清晰",
        "身份证正面照片模糊",
        "正面照片反光",
        "证件正面反光",
        "请重新上传清晰图片",
        "The image is blurry",
    ],
)
def test_a_photo_that_is_unclear_is_nothing_else_first(text: str) -> None:
    assert answers(text)[0] == "unclear_picture"


@pytest.mark.parametrize("what", ["截图", "复印件", "翻拍", "彩印件", "拼图", "蓝色", "竖版", "样张", "空白"])
def test_that_a_document_is_anything_at_all_does_not_make_it_new(what: str) -> None:
    assert "newly_issued" not in answers(f"证件为{what}")
    assert "newly_issued" not in answers(f"证件是{what}")


@pytest.mark.parametrize("text", UNRELATED)
def test_an_unrelated_sentence_finds_nothing(text: str) -> None:
    assert answers(text) == []


def test_every_refusal_has_its_words_in_both_languages_and_is_tested() -> None:
    for refusal in refusals():
        assert all(refusal.text(part, lang) for part in ("title", "cause", "remedy") for lang in LANGS)
        assert all(code in FINDINGS for code in refusal.codes)
    newer = {
        *("unclear_picture", "wrong_file", "not_an_original"),
        *("other_side_missing", "mirrored", "expired"),
    }
    assert {refusal.name for refusal in refusals()} - newer == set(ENGLISH) == set(CHINESE)


def said(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["explain", *arguments])
    assert result.exit_code == code, result.output
    return result.stdout


@pytest.mark.parametrize("lang", LANGS)
def test_the_list_is_in_the_language_asked_for(lang: Lang) -> None:
    lines = said("--lang", lang).splitlines()
    assert len(lines) == len(FINDINGS)
    for line, (code, spec) in zip(lines, FINDINGS.items(), strict=True):
        assert line.startswith(f"{code}  {title(code, lang)}")
        assert spec.slug not in line


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("SF306", "SF306"),
        ("306", "SF306"),
        ("smudge", "SF306"),
        ("blur", "SF201"),
        ("模糊", "SF201"),
        ("too-dark", "SF303"),
        ("too dark", "SF303"),
        ("country code", "SF524"),
        ("印章", "SF508"),
    ],
)
def test_a_finding_is_explained_by_code_number_slug_or_words(asked: str, code: str) -> None:
    assert said(asked).startswith(code)


@pytest.mark.parametrize("code", OF_LEGIBILITY)
def test_what_was_counted_for_several_findings_together_is_told_so(code: str) -> None:
    assert "(SF201 to SF206 together: right 59 of the 59 times one of them was told" in said(code)


@pytest.mark.parametrize(
    ("code", "severities"), [("SF409", "(error, warning, note)"), ("SF410", "(warning, note)")]
)
def test_the_list_has_all_severities_that_a_finding_is_told_with(code: str, severities: str) -> None:
    (row,) = [line for line in said().splitlines() if line.startswith(code)]
    assert row.endswith(severities)


@pytest.mark.parametrize(
    "fields",
    [
        {"number": "１１0105 19491231002X"},
        {"number": "11010519491231002Y"},
        {"country_code": "+86"},
        {"country_code": "010"},
        {"name": "ACME Co., Ltd.", "holder": "organisation"},
        {"name": "已巳"},
    ],
)
def test_a_form_is_told_of_with_severities_of_the_list(fields: dict[str, Any]) -> None:
    (found,) = check_form(**fields).findings
    assert found.severity in severities(found.code)


def test_words_of_several_findings_list_them() -> None:
    lines = said("number").splitlines()
    assert {line[:5] for line in lines} >= {"SF502", "SF503"}


def test_a_message_is_explained_with_cause_remedy_and_checks() -> None:
    shown = said("Verification failed due to inconsistent names in the verification and registration")
    assert "(1-1)" in shown
    assert "SF502" in shown
    shown = said("域名持有者姓名不一致", "--lang", "zh")
    assert "处理方法" in shown
    assert "SF504" in shown


def test_what_is_not_known_is_a_wrong_call() -> None:
    said("xyzzy", code=2)
    said("the", "weather", "is", "fine", code=2)
