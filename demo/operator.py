"""The example operator: what `flask setup` would ask for, so that no page of the demo has a hole."""

from __future__ import annotations

import json
from pathlib import Path

from demo.private_files import write_private
from support.core.config import SETTINGS_FILE

EXAMPLE: dict[str, str | list[str]] = {
    "operator_name": "Example Platform",
    "operator_name_zh": "示例平台",
    "operator_department": "Member Services",
    "operator_department_zh": "会员服务部",
    "operator_phone": "+1 202 555 0100",
    "operator_hours": "Mon-Fri 09:00-18:00",
    "operator_timezone": "Asia/Shanghai",
    "operator_complaints": "complaints@example.com",
    "filing_numbers": [
        "Example ICP filing 00000000",
        "Example VAT licence 00-00000000",
    ],
    "filing_numbers_zh": [
        "示例 ICP 备 00000000 号",
        "示例增值电信业务经营许可证 00-00000000",
    ],
}


def write_operator(instance: Path) -> bool:
    """Write the example operator into the settings file unless there is one; return whether it was written."""
    path = instance / SETTINGS_FILE
    if path.exists():
        return False
    lines = [
        "# Written by `flask demo`: an example. `flask setup` asks for your own, in a new instance."
    ]
    # What JSON writes for texts and lists of texts is also TOML.
    lines += [
        f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in EXAMPLE.items()
    ]
    write_private(path, "\n".join(lines) + "\n")
    return True
