"""What a declaration may call a recipient that the catalogue knows."""

from __future__ import annotations

import re

from privlint.model.rules import Recipient

_BRACKETS = re.compile(r"\s*[(（](.*?)[)）]")
_SEVERAL = re.compile(r"\s*[/,、]\s*|\s+and\s+")
_CHINESE = re.compile(r"[一-鿿]{2,}")
# What stands behind a brand: 神策数据, 极光推送.  Alone it names nobody.
_KIND_OF_SERVICE = re.compile(
    r"(数据|推送|统计|分析|广告|地图|科技|网络|云|平台|开放平台|支付|短信|服务|邮件|位置|认证|存储|日志)+"
)
_VERSION = re.compile(r"\s+\d+\Z")
_CLOUD = "cloud"


def plain(name: str) -> str:
    """A name reduced to its letters and digits, so that ``SF Express`` is ``sf_express``."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def names(known: Recipient) -> set[str]:
    """All names of a recipient, reduced to letters and digits: ``Amazon S3`` is ``AWS S3``, and 神策 Sensors Data."""
    bare = _BRACKETS.sub("", known.name)
    said = [
        known.name,
        bare,
        *_SEVERAL.split(bare),
        *(part for text in _BRACKETS.findall(known.name) for part in _SEVERAL.split(text)),
    ]
    for maker, other in (
        ("AWS ", "Amazon "),
        ("Amazon ", "AWS "),
        ("Aliyun ", "Alibaba Cloud "),
        ("Alibaba ", "Aliyun "),
    ):
        said += [other + name.removeprefix(maker) for name in (bare,) if name.startswith(maker)]
    maker = _BRACKETS.sub("", known.company)
    said += [f"{maker} {bare}", bare.removeprefix(f"{maker} ")] if maker else []
    said += [bare.removesuffix(" Marketing"), _VERSION.sub("", bare)]
    said += ["AWS"] if bare == "Amazon Web Services" else []
    return {plain(known.id)} | {plain(name) for name in said if not _KIND_OF_SERVICE.fullmatch(name)} - {""}


def called(name: str) -> set[str]:
    """What a declaration may mean by a name; of a Chinese one also without the kind of service: 神策 of 神策数据."""
    found = {plain(name)}
    text = name.strip()
    if _CHINESE.fullmatch(text):
        found |= {text[:at] for at in range(2, len(text)) if _KIND_OF_SERVICE.fullmatch(text[at:])}
    return found - {""}


def companies(known: Recipient) -> set[str]:
    """The names of the company behind a recipient."""
    return {plain(known.company), plain(_BRACKETS.sub("", known.company))} if known.company else set()


def provides(cloud: Recipient, service: Recipient) -> bool:
    """Whether a service is one of those that a cloud offers: ``Amazon Web Services`` has ``AWS S3``."""
    if cloud.kind != _CLOUD or cloud.company != service.company:
        return False
    below = any(host == own or host.endswith("." + own) for own in cloud.hosts for host in service.hosts)
    return below or bool({*cloud.distributions} & {*service.distributions})
