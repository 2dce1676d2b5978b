"""What names end in: top-level domains that bare names are believed under, and files that reports name."""

from __future__ import annotations

from typing import Final


def words(said: str) -> frozenset[str]:
    """Return the words of a text: long lists read best so."""
    return frozenset(said.split())


FILES: Final = words(
    "exe dll scr bat cmd ps1 psm1 vbs vbe jse wsf hta lnk msi msix iso img vhd vhdx docm xlsm pptm xlam xll dotm "
    "jar apk ipa dmg pkg elf sys drv cpl chm ocx one url deb rpm bin dat tmp js zip rar 7z cab tar gz doc docx xls "
    "xlsx ppt pptx pdf rtf txt php aspx ashx jsp asp html htm py pyc sh pl rb xml json ini cfg db log"
)
"""Endings of files."""

EXECUTABLE: Final = words(
    "exe dll scr bat cmd ps1 psm1 vbs vbe jse wsf hta lnk msi msix iso img vhd vhdx docm xlsm pptm xlam xll dotm jar "
    "apk ipa dmg pkg elf sys drv cpl chm ocx one"
)
"""Endings that make a name worth watching wherever it stands; others only in a list of indicators."""

SYSTEM: Final = words(
    "cmd.exe powershell.exe pwsh.exe explorer.exe svchost.exe lsass.exe rundll32.exe regsvr32.exe mshta.exe "
    "wscript.exe cscript.exe msiexec.exe certutil.exe bitsadmin.exe schtasks.exe net.exe net1.exe ntdll.dll "
    "kernel32.dll user32.dll advapi32.dll ws2_32.dll wininet.dll winword.exe excel.exe outlook.exe notepad.exe "
    "services.exe winlogon.exe csrss.exe smss.exe wininit.exe taskhost.exe conhost.exe dllhost.exe wmic.exe "
    "reg.exe sc.exe whoami.exe ipconfig.exe ping.exe tasklist.exe ntds.dit mscoree.dll comsvcs.dll"
)
"""Files that a Windows system has: reports name them for what was done with them."""

SELDOM: Final = words("py sh pl rs md zip mov ps so cc app bz gz ai") - {"cc", "app", "ai"}
"""Top-level domains that bare names more often end in as files do."""

_GENERIC: Final = words(
    "com net org info biz edu gov mil int arpa name pro coop aero museum jobs mobi tel travel cat asia post xxx "
    "app dev page online site website store shop xyz top club live life world today news media press agency digital "
    "tech technology space cloud host hosting network systems solutions services support center company business "
    "group team work works email link click download software zone fun icu cyou vip win bid loan men date review "
    "trade party racing science stream accountant cricket faith gdn kim link mom pics pw rest rocks wang monster "
    "buzz cam quest bond sbs cfd beauty hair skin makeup autos boats homes lol lat bar blog wiki art design studio "
    "photo photos video games game bet casino poker money finance bank insurance capital fund credit loans cash "
    "security systems health care clinic doctor dental legal law attorney academy school university education "
    "institute foundation charity church community social city town house land estate property rent rentals "
    "restaurant cafe pizza food wine beer coffee fit fitness yoga run bike ski golf football soccer tennis events "
    "tickets tours travel flights cruises hotel holiday vacations villas green eco energy solar auto car cars "
    "taxi parts tools supply supplies equipment industries engineering construction builders contractors plumbing "
    "lighting furniture kitchen garden flowers gifts toys fashion clothing shoes jewelry watch gold diamonds "
    "directory expert guru tips guide how help plus one global international ltd llc inc gmbh limited ventures "
    "partners holdings enterprises management consulting marketing market markets exchange trading broker "
    "london paris berlin tokyo nyc moscow quebec eus bzh alsace corsica africa google amazon apple microsoft "
    "onion i2p bit test example invalid localhost internal lan"
)
_COUNTRIES: Final = words(
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd "
    "cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge "
    "gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh "
    "ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw "
    "mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb "
    "sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk "
    "us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)


def is_top_level(ending: str) -> bool:
    """Tell whether a bare name may end so: a country's domain (ISO 3166-1), one of the usual generic ones, or an IDN."""
    lowered = ending.lower()
    return lowered in _COUNTRIES or lowered in _GENERIC or lowered.startswith("xn--")
