"""The weaknesses of MITRE's CWE list that finding codes refer to, as a SARIF taxonomy.

Source of the names: the CWE list (https://cwe.mitre.org/data/index.html).
"""

from __future__ import annotations

from collections.abc import Iterable

import sarif_om as om

from privlint.model.report import RuleInfo

_NAMES = {
    "200": "Exposure of Sensitive Information to an Unauthorized Actor",
    "201": "Insertion of Sensitive Information Into Sent Data",
    "209": "Generation of Error Message Containing Sensitive Information",
    "212": "Improper Removal of Sensitive Information Before Storage or Transfer",
    "213": "Exposure of Sensitive Information Due to Incompatible Policies",
    "214": "Invocation of Process Using Visible Sensitive Information",
    "223": "Omission of Security-relevant Information",
    "284": "Improper Access Control",
    "285": "Improper Authorization",
    "295": "Improper Certificate Validation",
    "311": "Missing Encryption of Sensitive Data",
    "312": "Cleartext Storage of Sensitive Information",
    "313": "Cleartext Storage in a File or on Disk",
    "315": "Cleartext Storage of Sensitive Information in a Cookie",
    "319": "Cleartext Transmission of Sensitive Information",
    "327": "Use of a Broken or Risky Cryptographic Algorithm",
    "328": "Use of Weak Hash",
    "359": "Exposure of Private Personal Information to an Unauthorized Actor",
    "459": "Incomplete Cleanup",
    "497": "Exposure of Sensitive System Information to an Unauthorized Control Sphere",
    "522": "Insufficiently Protected Credentials",
    "524": "Use of Cache Containing Sensitive Information",
    "526": "Cleartext Storage of Sensitive Information in an Environment Variable",
    "532": "Insertion of Sensitive Information into Log File",
    "538": "Insertion of Sensitive Information into Externally-Accessible File or Directory",
    "539": "Use of Persistent Cookies Containing Sensitive Information",
    "598": "Use of HTTP Request With Sensitive Query String",
    "778": "Insufficient Logging",
    "862": "Missing Authorization",
    "863": "Incorrect Authorization",
    "915": "Improperly Controlled Modification of Dynamically-Determined Object Attributes",
    "922": "Insecure Storage of Sensitive Information",
    "1188": "Initialization of a Resource with an Insecure Default",
    "1230": "Exposure of Sensitive Information Through Metadata",
    "1295": "Debug Messages Revealing Unnecessary Information",
}

COMPONENT = "CWE"
"""The taxonomy's name, by which rules refer to it."""


def number(cwe: str) -> str:
    """``359`` of ``CWE-359``."""
    return cwe.upper().removeprefix("CWE-").lstrip("0")


def tag(cwe: str) -> str:
    """The tag from which GitHub makes a CWE chip; it has to be lower case and of three digits at least."""
    return f"external/cwe/cwe-{number(cwe).zfill(3)}"


class Taxonomy:
    """The weaknesses that the rules name, and each one's place in the list."""

    def __init__(self, rules: Iterable[RuleInfo]) -> None:
        found = {number(cwe) for rule in rules for cwe in rule.cwe}
        self._numbers = sorted(found, key=lambda digits: (len(digits), digits))

    def component(self) -> om.ToolComponent | None:
        """The taxonomy for the run, or None where no rule names a weakness."""
        if not self._numbers:
            return None
        return om.ToolComponent(
            name=COMPONENT,
            full_name="Common Weakness Enumeration",
            organization="MITRE",
            information_uri="https://cwe.mitre.org/",
            short_description=om.MultiformatMessageString(text="The MITRE Common Weakness Enumeration."),
            is_comprehensive=False,
            taxa=[self._taxon(digits) for digits in self._numbers],
        )

    @staticmethod
    def _taxon(digits: str) -> om.ReportingDescriptor:
        name = _NAMES.get(digits)
        return om.ReportingDescriptor(
            id=f"CWE-{digits}",
            short_description=om.MultiformatMessageString(text=f"{name}.") if name else None,
            help_uri=f"https://cwe.mitre.org/data/definitions/{digits}.html",
        )

    def relationships(self, rule: RuleInfo) -> list[om.ReportingDescriptorRelationship] | None:
        """The rule's weaknesses; the rule is narrower than each of them."""
        return [
            om.ReportingDescriptorRelationship(
                target=om.ReportingDescriptorReference(
                    id=f"CWE-{number(cwe)}",
                    index=self._numbers.index(number(cwe)),
                    tool_component=om.ToolComponentReference(name=COMPONENT, index=0),
                ),
                kinds=["superset"],
            )
            for cwe in rule.cwe
        ] or None
