"""Vocabularies and enumerations of STIX 2.1 (section 10, errata 01), and of its Incident Core extension (2.1, sections 4 and 5)."""

from __future__ import annotations

_OPEN = {
    "account-type-ov": (
        "facebook kavi ldap nis openid radius skype tacacs twitter unix windows-domain windows-local"
    ),
    "attack-motivation-ov": (
        "accidental coercion dominance ideology notoriety organizational-gain personal-gain "
        "personal-satisfaction revenge unpredictable"
    ),
    "attack-resource-level-ov": "individual club contest team organization government",
    "grouping-context-ov": "suspicious-activity malware-analysis unspecified",
    "hash-algorithm-ov": "MD5 SHA-1 SHA-256 SHA-512 SHA3-256 SHA3-512 SSDEEP TLSH",
    "identity-class-ov": "individual group system organization class unknown",
    "implementation-language-ov": (
        "applescript bash c c++ c# go java javascript lua objective-c perl php powershell python ruby rust "
        "scala swift typescript visual-basic x86-32 x86-64"
    ),
    "indicator-type-ov": (
        "anomalous-activity anonymization benign compromised malicious-activity attribution unknown"
    ),
    "industry-sector-ov": (
        "agriculture aerospace automotive chemical commercial communications construction defense education "
        "energy entertainment financial-services government emergency-services government-local "
        "government-national government-public-services government-regional healthcare hospitality-leisure "
        "infrastructure dams nuclear water insurance legal manufacturing mining non-profit pharmaceuticals "
        "retail technology telecommunications transportation utilities"
    ),
    "infrastructure-type-ov": (
        "amplification anonymization botnet command-and-control control-system exfiltration firewall "
        "hosting-malware hosting-target-lists phishing reconnaissance routers-switches staging workstation "
        "unknown"
    ),
    "malware-capabilities-ov": (
        "accesses-remote-machines anti-debugging anti-disassembly anti-emulation anti-memory-forensics "
        "anti-sandbox anti-vm captures-input-peripherals captures-output-peripherals "
        "captures-system-state-data cleans-traces-of-infection commits-fraud communicates-with-c2 "
        "compromises-data-availability compromises-data-integrity compromises-system-availability "
        "controls-local-machine degrades-security-software degrades-system-updates determines-c2-server "
        "emails-spam escalates-privileges evades-av exfiltrates-data fingerprints-host hides-artifacts "
        "hides-executing-code infects-files infects-remote-machines installs-other-components "
        "persists-after-system-reboot prevents-artifact-access prevents-artifact-deletion "
        "probes-network-environment self-modifies steals-authentication-credentials "
        "violates-system-operational-integrity"
    ),
    "malware-result-ov": "malicious suspicious benign unknown",
    "malware-type-ov": (
        "adware backdoor bot bootkit ddos downloader dropper exploit-kit keylogger ransomware "
        "remote-access-trojan resource-exploitation rogue-security-software rootkit screen-capture spyware "
        "trojan unknown virus webshell wiper worm"
    ),
    "marking-definition-type-ov": "statement tlp",
    "pattern-type-ov": "stix pcre sigma snort suricata yara",
    "processor-architecture-ov": "alpha arm ia-64 mips powerpc sparc x86 x86-64",
    "region-ov": (
        "africa eastern-africa middle-africa northern-africa southern-africa western-africa americas "
        "caribbean central-america latin-america-caribbean northern-america south-america asia central-asia "
        "eastern-asia southern-asia south-eastern-asia western-asia europe eastern-europe northern-europe "
        "southern-europe western-europe oceania antarctica australia-new-zealand melanesia micronesia "
        "polynesia"
    ),
    "report-type-ov": (
        "attack-pattern campaign identity incident indicator intrusion-set malware observed-data threat-actor "
        "threat-report tool vulnerability"
    ),
    "threat-actor-role-ov": (
        "agent director independent infrastructure-architect infrastructure-operator malware-author sponsor"
    ),
    "threat-actor-sophistication-ov": "none minimal intermediate advanced expert innovator strategic",
    "threat-actor-type-ov": (
        "activist competitor crime-syndicate criminal hacker insider-accidental insider-disgruntled "
        "nation-state private-sector sensationalist spy terrorist unknown"
    ),
    "tool-type-ov": (
        "denial-of-service exploitation information-gathering network-capture credential-exploitation "
        "remote-access vulnerability-scanning unknown"
    ),
    "windows-pebinary-type-ov": "dll exe sys",
}

_INCIDENT_OPEN = {
    "asset-type-ov": (
        "building-doors building-windows buildings computers-mobile computers-personal computers-server "
        "environment ics-actuator ics-engineering-workstation ics-historian ics-hmi ics-other ics-plc "
        "ics-safety-system ics-sensor inventory network-device private-infrastructure public-infrastructure "
        "security-containers vehicles"
    ),
    "detection-methods-ov": (
        "automated-tool commercial-solution external-notification human-review message-from-attacker "
        "propriety-solution system-outage user-reporting"
    ),
    "entity-type-ov": (
        "computers-mobile computers-personal computers-server customer customer-individual "
        "customer-organization domain-controller employee group ics-actuator ics-engineering-workstation "
        "ics-historian ics-hmi ics-other ics-plc ics-safety-system ics-sensor individual network-device "
        "organization system vehicles"
    ),
    "event-type-ov": (
        "aggregation-information-phishing-schemes benign blocked brute-force-attempt c&c-server-hosting "
        "compromised-system confirmed connection-malware-port connection-malware-system "
        "content-forbidden-by-law control-system-bypass copyrighted-content data-exfiltration deferred "
        "deletion-information denial-of-service destruction dictionary-attack-attempt discarded "
        "disruption-data-transmission dissemination-malware-email dissemination-phishing-emails "
        "dns-cache-poisoning dns-local-resolver-hijacking dns-spoofing-registered dns-rebinding "
        "dns-server-compromise dns-spoofing-unregistered dns-stub-resolver-hijacking dns-zone-transfer "
        "domain-name-compromise duplicate email-flooding equipment-loss equipment-theft exploit "
        "exploit-attempt exploit-framework-exhausting-resources exploit-tool-exhausting-resources failed "
        "file-inclusion file-inclusion-attempt hosting-malware-webpage hosting-phishing-sites "
        "illegitimate-use-name illegitimate-use-resources infected-by-known-malware insufficient-data "
        "known-malware lame-delegations major modification-information misconfiguration natural negotiation "
        "network-scanning no-apt packet-flood password-cracking-attempt policy-violation ransomware "
        "ransomware-payment refuted scan-probe silently-discarded supply-chain-customer supply-chain-vendor "
        "spam sql-injection sql-injection-attempt successful system-probe theft-access-credentials "
        "unattributed unauthorized-access-information unauthorized-access-system unauthorized-equipment "
        "unauthorized-release unauthorized-use undetermined unintentional unknown-apt unspecified vandalism "
        "wiretapping worm-spreading xss xss-attempt"
    ),
    "external-impact-ov": (
        "economic emergency-services foreign-relations national-security public-confidence public-health "
        "public-safety"
    ),
    "incident-investigation-ov": "closed new open",
    "information-type-ov": (
        "classified-material communication credentials-admin credentials-user financial legal payment phi pii "
        "proprietary system"
    ),
    "monetary-impact-type-ov": (
        "asset-and-fraud brand-damage business-disruption competitive-advantage legal-and-regulatory "
        "operating-costs ransom-demand ransom-payment response-and-recovery uncategorized"
    ),
    "state-change-type-ov": "caused contributed-to input mitigated output resolved",
    "task-type-ov": (
        "administrative attribution containment declared detected eradication escalated exercised-control "
        "external-intelligence external-outreach external-support implemented-control investigation "
        "negotiation playbook-execution playbook-step-execution ransom-payment recovery reported "
        "routine-updates victim-notification"
    ),
}

_CLOSED = {
    "encryption-algorithm-enum": "AES-256-GCM ChaCha20-Poly1305 mime-type-indicated",
    "extension-type-enum": "new-sdo new-sco new-sro property-extension toplevel-property-extension",
    "network-socket-address-family-enum": (
        "AF_UNSPEC AF_INET AF_IPX AF_APPLETALK AF_NETBIOS AF_INET6 AF_IRDA AF_BTH"
    ),
    "network-socket-type-enum": "SOCK_STREAM SOCK_DGRAM SOCK_RAW SOCK_RDM SOCK_SEQPACKET",
    "opinion-enum": "strongly-disagree disagree neutral agree strongly-agree",
    "tlp-2-0-enum": "clear green amber amber+strict red",
    "windows-integrity-level-enum": "low medium high system",
    "windows-registry-datatype-enum": (
        "REG_NONE REG_SZ REG_EXPAND_SZ REG_BINARY REG_DWORD REG_DWORD_BIG_ENDIAN REG_DWORD_LITTLE_ENDIAN "
        "REG_LINK REG_MULTI_SZ REG_RESOURCE_LIST REG_FULL_RESOURCE_DESCRIPTION REG_RESOURCE_REQUIREMENTS_LIST "
        "REG_QWORD REG_INVALID_TYPE"
    ),
    "windows-service-start-type-enum": (
        "SERVICE_AUTO_START SERVICE_BOOT_START SERVICE_DEMAND_START SERVICE_DISABLED SERVICE_SYSTEM_ALERT"
    ),
    "windows-service-status-enum": (
        "SERVICE_CONTINUE_PENDING SERVICE_PAUSE_PENDING SERVICE_PAUSED SERVICE_RUNNING SERVICE_START_PENDING "
        "SERVICE_STOP_PENDING SERVICE_STOPPED"
    ),
    "windows-service-type-enum": (
        "SERVICE_KERNEL_DRIVER SERVICE_FILE_SYSTEM_DRIVER SERVICE_WIN32_OWN_PROCESS "
        "SERVICE_WIN32_SHARE_PROCESS"
    ),
}

_INCIDENT_CLOSED = {
    "activity-condition-enum": "optional required unknown",
    "activity-transition-enum": "completion failure success unknown",
    "event-status-enum": "ongoing occurred not-occurred pending undetermined",
    "incident-confidentiality-loss-enum": "confirmed-loss contained exploited-loss none suspected-loss",
    "incident-determination-enum": "blocked confirmed failed-attempt false-positive low-value suspected",
    "integrity-alteration-enum": (
        "potential-destruction potential-modification partial-destruction partial-modification full-destruction "
        "full-modification none"
    ),
    "physical-impact-enum": "damaged-functional damaged-nonfunctional destruction none unknown",
    "recoverability-enum": "extended not-applicable not-recoverable regular supplemented",
    "task-outcome-enum": "cancelled failed ongoing pending successful unknown",
    "timestamp-fidelity-enum": "day hour minute month second year",
    "traceability-enum": "accountability-lost partial-accountability provable-accountability",
}

OPEN: dict[str, frozenset[str]] = {
    name: frozenset(words.split()) for name, words in (_OPEN | _INCIDENT_OPEN).items()
}
"""Suggested words: another one is worth a warning."""

CLOSED: dict[str, frozenset[str]] = {
    name: frozenset(words.split()) for name, words in (_CLOSED | _INCIDENT_CLOSED).items()
}
"""The only words allowed."""
