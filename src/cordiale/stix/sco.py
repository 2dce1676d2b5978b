"""The observables of STIX 2.1 (section 6), as data."""

from __future__ import annotations

from cordiale.stix.kinds import (
    ANY_REF,
    BOOLEAN,
    HASHES,
    HEX,
    INTEGER,
    NATURAL,
    TEXT,
    TEXTS,
    TIME,
    Anything,
    Binary,
    Dictionary,
    Integer,
    Items,
    ObjectType,
    Record,
    Text,
    ref,
    refs,
    term,
)
from cordiale.stix.sco_extensions import FILE, NETWORK_TRAFFIC, PROCESS, USER_ACCOUNT

_PORT = Integer(0, 65535)
_FILE_TIMES = {"ctime": TIME, "mtime": TIME, "atime": TIME}
_MAIL = ref("email-addr")
_MAILS = refs("email-addr")
_TRAFFIC_END = ref("ipv4-addr", "ipv6-addr", "mac-addr", "domain-name")

_MIME_PART = Record(
    {
        "body": TEXT,
        "body_raw_ref": ref("artifact", "file"),
        "content_type": TEXT,
        "content_disposition": TEXT,
    },
    at_least_one=("body", "body_raw_ref"),
    closed=True,
)

_REGISTRY_VALUE = Record(
    {"name": TEXT, "data": TEXT, "data_type": term("windows-registry-datatype-enum")},
    at_least_one=("name", "data", "data_type"),
    closed=True,
)

_X509_V3 = {
    name: TEXT
    for name in (
        "basic_constraints", "name_constraints", "policy_constraints", "key_usage", "extended_key_usage",
        "subject_key_identifier", "authority_key_identifier", "subject_alternative_name",
        "issuer_alternative_name", "subject_directory_attributes", "crl_distribution_points",
        "inhibit_any_policy", "certificate_policies", "policy_mappings",
    )
} | {"private_key_usage_period_not_before": TIME, "private_key_usage_period_not_after": TIME}  # fmt: skip

_PROCESS = {
    "is_hidden": BOOLEAN,
    "pid": INTEGER,
    "created_time": TIME,
    "cwd": TEXT,
    "command_line": TEXT,
    "environment_variables": Dictionary(TEXT),
    "opened_connection_refs": refs("network-traffic"),
    "creator_user_ref": ref("user-account"),
    "image_ref": ref("file"),
    "parent_ref": ref("process"),
    "child_refs": refs("process"),
}

_ACCOUNT = {
    "user_id": TEXT,
    "credential": TEXT,
    "account_login": TEXT,
    "account_type": term("account-type-ov"),
    "display_name": TEXT,
    "is_service_account": BOOLEAN,
    "is_privileged": BOOLEAN,
    "can_escalate_privs": BOOLEAN,
    "is_disabled": BOOLEAN,
    "account_created": TIME,
    "account_expires": TIME,
    "credential_last_changed": TIME,
    "account_first_login": TIME,
    "account_last_login": TIME,
}

_CERTIFICATE = {
    "is_self_signed": BOOLEAN,
    "hashes": HASHES,
    "version": TEXT,
    "serial_number": TEXT,
    "signature_algorithm": TEXT,
    "issuer": TEXT,
    "validity_not_before": TIME,
    "validity_not_after": TIME,
    "subject": TEXT,
    "subject_public_key_algorithm": TEXT,
    "subject_public_key_modulus": TEXT,
    "subject_public_key_exponent": INTEGER,
    "x509_v3_extensions": Record(_X509_V3, at_least_one=tuple(_X509_V3), closed=True),
}

_REGISTRY_KEY = {
    "key": Text("registry-key", strict=True),
    "values": Items(_REGISTRY_VALUE),
    "modified_time": TIME,
    "creator_user_ref": ref("user-account"),
    "number_of_subkeys": INTEGER,
}

SCOS: dict[str, ObjectType] = {
    "artifact": ObjectType(
        "sco",
        {
            "mime_type": Text("mime-type"),
            "payload_bin": Binary(),
            "url": TEXT,
            "hashes": HASHES,
            "encryption_algorithm": term("encryption-algorithm-enum"),
            "decryption_key": TEXT,
        },
        at_least_one=("payload_bin", "url"),
        rules=("artifact_source",),
        values=(("url", "url"), ("hash", "hashes")),
        identifying=("hashes", "payload_bin"),
    ),
    "autonomous-system": ObjectType(
        "sco",
        {"number": INTEGER, "name": TEXT, "rir": TEXT},
        required=("number",),
        texts=("name",),
        values=(("autonomous-system", "number"),),
        identifying=("number",),
    ),
    "directory": ObjectType(
        "sco",
        {"path": TEXT, "path_enc": TEXT, "contains_refs": refs("directory", "file")} | _FILE_TIMES,
        required=("path",),
        rules=("encoding_with_text",),
        texts=("path",),
        values=(("directory-path", "path"),),
        identifying=("path",),
    ),
    "domain-name": ObjectType(
        "sco",
        {"value": Text("domain-name"), "resolves_to_refs": refs("ipv4-addr", "ipv6-addr", "domain-name")},
        required=("value",),
        texts=("value",),
        values=(("domain-name", "value"),),
        identifying=("value",),
    ),
    "email-addr": ObjectType(
        "sco",
        {"value": Text("email-addr"), "display_name": TEXT, "belongs_to_ref": ref("user-account")},
        required=("value",),
        texts=("value", "display_name"),
        values=(("email-addr", "value"),),
        identifying=("value",),
    ),
    "email-message": ObjectType(
        "sco",
        {
            "is_multipart": BOOLEAN,
            "date": TIME,
            "content_type": TEXT,
            "from_ref": _MAIL,
            "sender_ref": _MAIL,
            "to_refs": _MAILS,
            "cc_refs": _MAILS,
            "bcc_refs": _MAILS,
            "message_id": TEXT,
            "subject": TEXT,
            "received_lines": TEXTS,
            "additional_header_fields": Dictionary(Anything()),
            "body": TEXT,
            "body_multipart": Items(_MIME_PART),
            "raw_email_ref": ref("artifact"),
        },
        required=("is_multipart",),
        rules=("body_by_parts",),
        texts=("subject", "body"),
        values=(("email-subject", "subject"), ("email-message-id", "message_id")),
        identifying=("from_ref", "subject", "body"),
    ),
    "file": ObjectType(
        "sco",
        {
            "hashes": HASHES,
            "size": NATURAL,
            "name": TEXT,
            "name_enc": TEXT,
            "magic_number_hex": HEX,
            "mime_type": TEXT,
            "parent_directory_ref": ref("directory"),
            "contains_refs": Items(ANY_REF),
            "content_ref": ref("artifact"),
        }
        | _FILE_TIMES,
        at_least_one=("hashes", "name"),
        rules=("encoding_with_text",),
        texts=("name",),
        values=(("file-name", "name"), ("hash", "hashes")),
        identifying=("hashes", "name", "parent_directory_ref", "extensions"),
        extensions=FILE,
    ),
    "ipv4-addr": ObjectType(
        "sco",
        {
            "value": Text("ipv4-addr", strict=True),
            "resolves_to_refs": refs("mac-addr"),
            "belongs_to_refs": refs("autonomous-system"),
        },
        required=("value",),
        texts=("value",),
        values=(("ipv4-addr", "value"),),
        identifying=("value",),
    ),
    "ipv6-addr": ObjectType(
        "sco",
        {
            "value": Text("ipv6-addr", strict=True),
            "resolves_to_refs": refs("mac-addr"),
            "belongs_to_refs": refs("autonomous-system"),
        },
        required=("value",),
        texts=("value",),
        values=(("ipv6-addr", "value"),),
        identifying=("value",),
    ),
    "mac-addr": ObjectType(
        "sco",
        {"value": Text("mac-addr", strict=True)},
        required=("value",),
        texts=("value",),
        values=(("mac-addr", "value"),),
        identifying=("value",),
    ),
    "mutex": ObjectType(
        "sco",
        {"name": TEXT},
        required=("name",),
        texts=("name",),
        values=(("mutex", "name"),),
        identifying=("name",),
    ),
    "network-traffic": ObjectType(
        "sco",
        {
            "start": TIME,
            "end": TIME,
            "is_active": BOOLEAN,
            "src_ref": _TRAFFIC_END,
            "dst_ref": _TRAFFIC_END,
            "src_port": _PORT,
            "dst_port": _PORT,
            "protocols": TEXTS,
            "src_byte_count": NATURAL,
            "dst_byte_count": NATURAL,
            "src_packets": NATURAL,
            "dst_packets": NATURAL,
            "ipfix": Dictionary(Anything()),
            "src_payload_ref": ref("artifact"),
            "dst_payload_ref": ref("artifact"),
            "encapsulates_refs": refs("network-traffic"),
            "encapsulated_by_ref": ref("network-traffic"),
        },
        required=("protocols",),
        at_least_one=("src_ref", "dst_ref"),
        orders=(("start", "end", True),),
        rules=("active_without_end",),
        identifying=(
            "start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions",
        ),
        extensions=NETWORK_TRAFFIC,
    ),  # fmt: skip
    "process": ObjectType(
        "sco",
        _PROCESS,
        at_least_one=(*_PROCESS, "extensions"),
        texts=("command_line", "cwd"),
        values=(("command-line", "command_line"),),
        extensions=PROCESS,
    ),
    "software": ObjectType(
        "sco",
        {
            "name": TEXT,
            "cpe": Text("cpe"),
            "swid": TEXT,
            "languages": TEXTS,
            "vendor": TEXT,
            "version": TEXT,
        },
        required=("name",),
        texts=("name", "vendor"),
        values=(("software", "name"), ("cpe", "cpe")),
        identifying=("name", "cpe", "swid", "vendor", "version"),
    ),
    "url": ObjectType(
        "sco",
        {"value": Text("url")},
        required=("value",),
        texts=("value",),
        values=(("url", "value"),),
        identifying=("value",),
    ),
    "user-account": ObjectType(
        "sco",
        _ACCOUNT,
        at_least_one=(*_ACCOUNT, "extensions"),
        orders=(("account_first_login", "account_last_login", True),),
        texts=("account_login", "display_name", "user_id"),
        values=(("user-account", "account_login"), ("user-account", "user_id")),
        identifying=("account_type", "user_id", "account_login"),
        extensions=USER_ACCOUNT,
    ),
    "windows-registry-key": ObjectType(
        "sco",
        _REGISTRY_KEY,
        at_least_one=tuple(_REGISTRY_KEY),
        texts=("key",),
        values=(("windows-registry-key", "key"),),
        identifying=("key", "values"),
    ),
    "x509-certificate": ObjectType(
        "sco",
        _CERTIFICATE,
        at_least_one=tuple(_CERTIFICATE),
        orders=(("validity_not_before", "validity_not_after", True),),
        texts=("subject", "issuer"),
        values=(("x509-serial-number", "serial_number"), ("hash", "hashes")),
        identifying=("hashes", "serial_number"),
    ),
}
