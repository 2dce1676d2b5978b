"""Words that say how sure, how binding or how strong a statement is, in English and French, with their step on a scale.

Steps of `sure` (how certain a claim is, and how far along an intention): 1 unlikely, 2 possible, reported or only considered,
3 likely, expected or planned, 4 promised, 5 a fact. What has no cue is a fact, or a promise where it is in the future.
Steps of `order`: 1 invites, 2 recommends, 3 demands. Steps of `cause`: 1 contributes, 2 causes. Steps of `degree`: 1 slightly,
2 much. Steps of `proof`: 1 suggests, 2 shows, 3 proves. Patterns are matched against folded text (`bare`), so they are written without accents. The steps are those
that labellers use (`tests/corpus/lineage/DEFINITIONS.md`, section 5).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import msgspec

from cordiale.domains.information.lexicon import scan


class Cue(msgspec.Struct, frozen=True):
    """One cue in a sentence: characters `start` to `end`. A `soft` cue changes nothing; it only answers one in the
    other sentence. A `loose` one, the conditional, is as unsure as either step 2 or 3.
    """

    scale: str
    step: int
    start: int
    end: int
    soft: bool = False
    loose: bool = False


_ENGLISH: Final[tuple[tuple[str, int, str], ...]] = (
    ("sure", 1, r"(?:very |highly |most )?unlikely|doubtful|hardly likely|improbable|far from certain"),
    ("sure", 2, (r"may|might|unclear (?:whether|if)|not (?:yet )?known (?:whether|if)|remains to be seen|(?:it is|is|are|was|were) (?:claimed|understood|rumou?red|alleged)(?: to| that)?|claim(?:s|ed)? (?:that|to)|some (?:\w+ )?(?:say|claim|allege)|sources (?:say|said)|insiders say|(?:not|far from) (?:yet )?(?:clear|certain|decided|settled|established) (?:whether|if)|(?:nobody|no one) (?:yet )?(?:knows|can say|can tell) (?:whether|if)|on the table|under (?:consideration|discussion)|being (?:considered|discussed|studied|weighed)|mooted|touted|eyeing|risk(?:s|ed)?(?= \w+ing\b)|in danger of|at risk of|in (?:some )?doubt|(?:is|are|was|were|be) examining(?= (?:the|a|an) (?:\w+ )?(?:sale|possibility|option|closure|idea|purchase|use|introduction|creation|transfer|replacement|ban|move)| whether)|float(?:s|ed)? the idea|(?:is|are|was|were) hoping|there are hopes|(?:is|are|was|were) in talks|negotiat(?:es?|ing)|(?:cannot|can not|can't|could not) (?:be )?(?:excluded?|ruled? out)|hint(?:s|ed)? (?:that|at)|could(?! not\b)|perhaps|maybe|possibl[ey](?! to)|possibility|potentially|conceivabl[ey]|allegedly|alleged"
                r"|reportedly|(?:is|are|was|were) (?:said|reported|alleged|rumou?red) to|rumou?r(?:s|ed)?|supposedly|(?:does|do|did|is|are|was|were|has|have) not (?:rule|ruled|ruling) out|not ruled out"
                r"|(?:not|without) exclud(?:e|ed|ing)|not (?:altogether )?impossible|(?:a|one) (?:possible|possibility)|uncertain|unconfirmed|unverified|purported(?:ly)?|ostensibly|so-called|word is|talk of|hypothes[ei]s|theor(?:y|ies)"
                r"|chances? (?:of|that)|if confirmed|may or may not|might or might not|leaves? open|left open|open question|conjecture|guess(?:es|work)?|in theory|for all we know|accus(?:es|ed)|blames?(?! on)"
                r"|according to (?:one|two|three|several|some|a|an|unnamed|anonymous|unidentified) (?:\w+ ){0,2}(?:people|sources?|persons?|officials?|insiders?|employees?|witness(?:es)?|residents?)|(?:one|a|two|several) (?:\w+ ){0,2}(?:people|persons?|sources?|officials?) (?:familiar with|close to|who asked not|briefed on)")),
    ("sure", 2, (r"(?:is|are|was|were|be|been|had been) (?:considering|thinking (?:of|about)|weighing|mulling|toying with|looking at (?:whether|the possibility|\w+ing)|looking into|studying|exploring)"
                r"|consider(?:s|ed)?(?= (?:\w+ ){0,2}\w+ing\b)|would consider|to consider|will consider|contemplat\w+|envisag\w+|hopes?(?: to)?|hoped(?: to)?"
                r"|wish(?:es|ed)? (?:to|for)|would like(?: to)?|wants? to(?! know)|wants? \w+ to|wanted to(?! know)|is keen to|vague(?:ly)?|tempted to|toys with|in two minds|speculat(?:ion|es?|ed|ing)|mulls?|ponders?|pondering|weighs?(?= \w+ing| whether| a| the| up)|debat(?:es?|ing) whether|dreams? of|flirt(?:s|ing) with|open to(?= \w+ing| the idea)")),
    ("sure", 3, (r"(?:very |most |quite |more than )?likely|probabl[ey]|presumably|seems?(?: to)?|seemed(?: to)?|seemingly|appears? (?:to|that)|appeared (?:to|that)|apparently"
                r"|by all appearances|(?:is|are|was|were|being) expected|expects?|expecting|expected to|brac(?:es?|ed|ing) for|head(?:s|ed|ing) (?:for|towards)|(?:first|early|initial|preliminary|provisional|tentative) (?:results?|findings?|figures?|estimates?|conclusions?|assessments?|indications?|signs|analys[ei]s)|barring|willing(?:ness)? to|readiness to|is thought|are thought|is believed|are believed|believes?"
                r"|believed|suggests?(?! that \w+ \w+ be)|suggested|should|ought to|in all likelihood|moderate confidence|(?<!leave )(?<!leaves )(?<!left )(?<!is )(?<!was )no doubt|will doubtless|doubtless|suspects?(?: (?:that|of|an?)\b|(?=[,.]))|suspected (?:that|of|to)"
                r"|in our view|estimat(?:es?|ed) that|tends? to|tended to|weather permitting|if (?:\w+ ){1,5}(?:allows?|permits?|agrees?)|provided that|(?<=, )provided|subject to|on condition that|looks? (?:set|due) to|lean(?:s|ing) towards?|(?:is|are) inclined to|threaten(?:s|ed|ing) to|on (?:course|track) (?:to|for)|partial (?:results?|counts?|figures)|exit polls?|offer(?:s|ed)?(?: on \w+| again| also)? to|poised to|tipped to|projected to|forecasts?|predict(?:s|ed|ions?)?|(?:is|are|was|were) seen(?= (?!being)\w+ing\b)|anticipat(?:es|ed)|assum(?:es?|ed)|thinks?(?= that| it| the| they|[,.])|in the opinion of|(?<!to )fear(?:s|ing)?(?= (?:that|an?|the|for|more|another)\b)|feared|worr(?:y|ies|ied) that|points to the conclusion|in principle|unless|on the cards|in the pipeline|pencilled in|tentatively|prospective|(?:is|are|was|were) (?:confident|convinced) (?:that|of)|trusts? that|looks? (?:like|as if|as though)|looked (?:like|as if|as though)|there (?:is a|are) plans?|(?:will|would) (?:try|attempt|seek|endeavou?r) to")),
    ("sure", 3, (r"intends?(?: to)?|intended to|minded to|indicat(?:es?|ed) (?:that )?(?:it|he|she|they|its)\b(?= (?:will|would|readiness))|intention|plans? (?:to|for|on)|(?<!the )(?<!a )(?<!its )plans?(?= an? \w)|planned to|planning(?: to)?|(?:aims?|aimed|seeks?|sought) to"
                r"|proposes? to|proposed to|means? to|meant to|best efforts?|does its best|do (?:our|their) best|in the works|(?:is|are|was|were) (?:preparing|getting ready) to|foresees?|ambition to")),
    ("sure", 2, (r"being (?:asked|urged|pressed) to|(?:has|have) been asked (?:to|for)|in the running (?:to|for)|in contention (?:to|for)|(?:will|must|has to|have to) (?:decide|rule)(?= (?:on|whether|if|next|in|by)\b)|(?:witnesses|residents|villagers|neighbours|locals|survivors) (?:say|said|claim(?:ed)?|report(?:ed)?|told)|up for (?:debate|discussion)|no (?:\w+ )?(?:evidence|indications?|signs?|proof)(?= (?:that|of)\b)|nothing (?:suggests|indicates|proves)|no guarantee|(?:(?:is|are|was|were) )?(?:discussing|debating)(?= (?:a|an|the|whether|how|plans)\b)"
                r"|(?:one|a|an|some|several|two|three|few|many) (?:\w+ )?(?:passengers?|witness(?:es)?|residents?|villagers?|neighbours?|insiders?|employees?|workers?|drivers?|locals|inhabitants?|survivors?|relatives|customers?|critics|opponents|activists?|users?|parents?|fisherm[ae]n) (?:says?|said|claims?|claimed|reports?|reported|told|recalls?|describes?)")),
    ("sure", 3, (r"(?:tries|tried|trying|attempts?|attempted|attempting) to|draw(?:s|n|ing)? up (?:plans?|proposals?|a plan|a proposal)|(?:is|are|was|were) (?:now |already )?preparing(?= (?:the|a|an|its|their|his|her|for)\b)|(?:prefers?|preferred) to|(?:is|are) (?:pushing|campaigning|lobbying|bidding) (?:for|to)|if (?:all|everything) goes (?:well|to plan)|all being well|(?:favoured|preferred|leading|working) (?:explanation|theory|hypothesis)|pending approval|awaiting approval")),
    ("sure", 4, (r"undertakes?(?: to)?|determined to|(?:is|are) (?:due|scheduled|set|slated) to(?= (?:be|begin|start|open|leave|close|arrive|end|take|go|come|meet|vote|expire|return|resume|appear|reopen|finish|report|speak|visit|receive|pay|join|become|run|last)\b)|undertook to|commits? to|committed (?:itself |themselves |himself |herself )?to|pledg\w+|vow(?:s|ed)?|promis(?:es?|ed)"
                r"|high(?:ly)? confiden(?:t|ce)|almost certain(?:ly)?|guarantee(?:s|d)?|sw(?:ear|ears|ore|orn) to|gives? (?:his|her|its|their) word")),
    ("order", 1, r"would (?:welcome|appreciate)|voluntar(?:y|ily)|optional|would (?:also )?like (?:\w+ ){1,5}to|invit(?:es?|ed|ing)|encourag(?:es?|ed)|suggest(?:s|ed)? that|propos(?:es?|ed)(?! to\b)"),
    ("order", 2, (r"recommend(?:s|ed|ation|ations)?|advis(?:es?|ed)|ask(?:s|ed)?(?= \w+ to| people| the)|(?:is|are|were|been) asked|urg(?:es?|ed|ing)|calls? (?:on|for)|calling (?:on|for)|press(?:es|ed|ing)? for|plead(?:s|ed)? (?:for|with)|asking for|called (?:on|for)"
                 r"|appeals? (?:to|for)|request(?:s|ed)?|wants? \w+ to|wants? (?:the|its|an?|all|his|her|their) (?:\w+ ){1,3}(?:\w+ed\b|to(?! explain))|lobb(?:y|ies|ied) for")),
    ("order", 3, r"no choice but|(?:been|was|were|is|are) told to|compel(?:s|led)?|under (?:an )?obligation|(?<!to )(?<!on )ban(?:s|ned)\b|prohibit(?:s|ed)?|forbid(?:s|den)?|forbade|not allowed to|dictates?|(?<!the )(?<!their )(?<!its )(?<!these )(?<!on )(?<!'s )(?<!a )(?<!his )(?<!her )(?<!this )demands? (?:that|to|an?|the|its|more|their|immediate|answers|\w+ \w+ing)\b|demanded|demanding|order(?:s|ed)(?! by)|requir(?:es?|ed)|oblig(?:es?|ed)|insist(?:s|ed)?|must|binding|mandatory|compulsory|instructs?|instructed|forc(?:es?|ed|ing) (?:\w+ ){1,3}to|have to|has to"),
    ("cause", 1, r"contribut(?:es?|ed|ing|e) to|plays? (?:a|some) part|played a part|play(?:s|ed)? (?:a|some) (?:\w+ )?role|partly (?:due|because)|is linked|are linked|linked to|associated with|one (?:of (?:the|its|several|many) |possible |contributing )?(?:(?:main|chief|principal|possible) )?(?:causes?|reasons?|factors?)|helped (?:to )?(?:cause|spread|bring)|aggravat\w+|coincided with|a (?:contributing )?factor|among the (?:causes|reasons)"),
    ("cause", 2, r"(?:the |its )?(?:main|chief|principal|primary|sole|only) (?:cause|reason)|causes?|caused|(?:is|are|was|were) (?:the (?:source|cause|reason)|to blame|responsible|behind|due to(?! (?:be|begin|start|open|leave|close|arrive|end|take)\b))|because of|blamed? (?:on|for)|guilty|brought (?:on|about)|triggered|led to|result(?:s|ed) in|sparked"),
    ("degree", 1, r"(?:small|slim|slender|low|little)(?= (?:chance|risk|danger|effect|impact|part|role|hope|probability|influence|difference))|slight(?:ly)?|a little|somewhat|barely|marginal(?:ly)?|minor|mild(?:ly)?|limited|modest(?:ly)?|moderate(?:ly)?|(?:edg|inch|creep|tick)(?:e|es|ed|ing|s)? (?:up|down|higher|lower)|dipp?(?:s|ed)|slipp?(?:s|ed)|(?:small|low|weak)(?=[,.;]| but| and)|some(?= (?:difference|effect|impact|influence)\b)|traces? of|(?:small|tiny|limited) (?:amounts?|quantit(?:y|ies)|number)|tiny|negligible|in places|gentl[ey]|here and there"),
    ("degree", 2, r"(?:large|great|high|strong)(?=[,.;]| but| and)|(?:strong|good|great|high|large|big)(?= (?:chance|risk|danger|effect|impact|part|role|hope|probability|influence|difference))|serious(?:ly)?|severe(?:ly)?|heav(?:y|ily)|considerabl[ey]|significant(?:ly)?|soar(?:s|ed)?|surg(?:es?|ed)|plung(?:es?|ed)|plummet(?:s|ed)?|massive(?:ly)?|grave(?:ly)?|sharp(?:ly)?|dramatic(?:ally)?|drastic(?:ally)?|huge(?:ly)?|catastrophic(?:ally)?|major|collaps(?:e|es|ed|ing)|slump(?:s|ed)?|tumbl(?:es|ed)|(?:sky)?rocket(?:s|ed)|jump(?:s|ed)|leaps?|leapt|doubl(?:es|ed)|tripl(?:es|ed)|quadrupl(?:es|ed)|steep(?:ly)?|enormous(?:ly)?|(?:large|huge|vast) (?:amounts?|quantit(?:y|ies)|number)|well (?:above|below|over)|much (?:more|less|better|worse|higher|lower)|far (?:more|less|better|worse|higher|lower)|completely|totally|utterly|altogether"),
    ("proof", 1, r"suggests?|suggested|points? to|pointed to|hints? at|(?:consistent|compatible) with|(?:may|could|might) indicate"),
    ("proof", 2, r"indicates?(?! by)|shows? that|shows?|showed|finds? that|found that|reveal(?:s|ed)?"),
    ("proof", 3, r"prov(?:es?|ed|en)|establish(?:es|ed)(?! in| by)|demonstrat(?:es?|ed)|conclusive(?:ly)?|beyond (?:\w+ )?doubt|leaves? no (?:room for )?doubt|confirm(?:s|ed)?|proof (?:that|of)|irrefutabl[ey]"),
)  # fmt: skip
_FRENCH: Final[tuple[tuple[str, int, str], ...]] = (
    ("sure", 1, r"(?:tres |fort |hautement )?(?:peu (?:probable|vraisemblable|plausible)|improbable|invraisemblable)|(?:ait|aient|avoir|a|ont) peu de chances"),
    ("sure", 2, (r"(?:certains|certaines|quelques|des) \w+ (?:disent|affirment|assurent|pretendent)|pourr(?:ait|aient|ions|iez)|il se peut|ignor(?:e|ent|ons) (?:encore )?si|ne sait (?:pas )?(?:encore )?si|reste a savoir si|pass(?:e|ent) pour|repute(?:e|s)?|negoci(?:e|ent|ait)|laiss(?:e|ent|ait|er) entendre|a laisse entendre|etudi(?:e|ent|ait) (?:la |l'|le |un |une )\w*(?:tion|ment|ture|age|achat|projet|recours)|il se pourrait|(?:est|sont|etait|etaient|reste|restent) envisagee?s?|(?:a|ont) ete envisagee?s?|a l'examen|en discussion|sur la table|pu(?= (?:jouer|provoquer|causer|contribuer|entrainer|tuer|servir|venir|conduire|favoriser|blesser|aggraver)\b)|il est question d|pas (?:sur|certain|clair|etabli) (?:que|qu'|si)|(?:nul|personne|on) ne sait (?:encore |pas |pas encore )?si|s'expos(?:e|ent) a|encour(?:t|ent)|en pourparlers|ouvert(?:e|es|s)? a l'idee|a (?:l'en|les|en) croire|selon (?:des|certaines) (?:rumeurs|sources|informations)|(?:etudi|examin)(?:e|ent|ait) (?:l[ea] |l'|les |une? )(?:vente|pose|piste|creation|fermeture|possibilite|option|retrait|report|installation|mise|idee|ouverture|reprise|rachat)s?|peut-etre|possible(?:ment|s)?(?! d| pour| que d)|possibilite|puiss(?:e|ent|ions)|eventuel(?:le|s|les|lement)?|soi-disant|aurai(?:t|ent) pu|rumeurs?"
                r"|n'(?:est|etait|a|ont|sont) pas exclu(?:e|s|es)?|n'exclu(?:t|ent|ait|aient|ons)(?: donc)? pas|n'ecart(?:e|ent|ait)(?: pas| \w+ pas)|pas a exclure|ne (?:peut|peuvent|saurait) (?:pas )?(?:etre )?exclu(?:re|e|s|es)?|pas impossible|presume\w*|dit-on|parait-il|incertain\w*|vague(?:ment)?|evoqu\w+|hypothes(?:e|es)|la piste d|theorie|suppose(?:e|es|s)? (?:etre|avoir)|pretendu(?:e|s|es|ment)?|il se dit|le bruit court|risqu(?:e|ent) de|envisageable|a l'etude|non confirme\w*|s'interrog(?:e|ent)|se demand(?:e|ent) si|en theorie|chances? d|speculat\w+|conjectur\w+|accus(?:e|ent|ait|ee?s?)|(?:a|ont) accuse")),
    ("sure", 2, (r"envisag(?:e|ent|eons|ait|eait|eaient|er|erait|eraient)(?= d| l| un| de| a|,|$| cette| la)|song(?:e|ent|eons|eait|eaient|er|erait|eraient)|reflechi(?:t|ssent|ssait|r)\b|etudi(?:e|ent|ait) (?:la possibilite|l'idee)"
                r"|espere(?:nt)?|esperons|souhaitons|esperait|esperent|souhait(?:e|ent|ait|aient|erait|eraient)(?! la bienvenue)|aimerai(?:t|ent)|voudrai(?:t|ent)|(?<!qui )(?<!ne )veu(?:t|lent)(?= \w+[ei]r\b| \w+re\b)|voulai(?:t|ent)(?= \w+[ei]r\b)|hesit(?:e|ent)|deliber\w+|caress\w+ l'idee|rev(?:e|ent) d|(?:a|ont) envie d|serai(?:t|ent) tente\w*|favorable(?:s)? a l'idee|examin(?:e|ent|ait) si")),
    ("sure", 3, (r"devrai(?:t|ent)|sans doute|probable(?:ment|s)?|vraisemblable(?:ment)?|sembl(?:e|ent|ait|aient|er)|apparemment|para(?:it|issent|issait)(?= avoir| etre| \w+er)|laiss(?:e|ent|ait) penser|croi(?:t|ent)"
                r"|(?:a|ont|avait|avaient) peur (?:que|qu'|de|d')|crai(?:nt|gnent)|redout(?:e|ent|ait)|tacher(?:a|ont)? d|suppos(?:e|ent)|soupconn\w+|confiance moyen(?:ne)?|confiance modere|suggere(?:nt)? qu(?:e|')|attendu(?:e|s|es)?(?= (?:avant|pour|en|d'ici|le|au|la|vers|fin|debut))|(?:estime|pense|juge)(?:nt)?(?= que)|serai(?:t|ent) en mesure|s'attend(?:ent|ait|aient)? a(?! un)|tabl(?:e|ent) sur|pari(?:e|ent) sur|pronostiqu\w+|escompt(?:e|ent)|selon toute (?:vraisemblance|probabilite)|en principe|tout porte a croire|tout indique|tout laisse|a priori|sauf (?:imprevu|contretemps|surprise)|(?:bilan|chiffres?|resultats?|estimations?|conclusions?),? (?:encore |tres )?(?:provisoires?|preliminaires?|partiels?)|sorti(?:e|es) des urnes|premiers? (?:elements|resultats|chiffres|indices)|premieres? (?:constatations|estimations|conclusions|analyses)|(?:est|sont|se dit|se disent|s'est dite?) (?:prete?s?|dispose(?:e|s|es)?) a|en passe d|pressentie?s?|en bonne voie|fort a parier|il y a des chances|(?:a|ont|avait) (?:tout )?l'air d|dans les cartons|en voie d|s'orient(?:e|ent|ait) vers|privilegi\w+ la piste|a moins qu(?:e|')|sauf si|(?:tenter|essaier|s'efforcer|chercher)(?:a|ont)")),
    ("sure", 3, (r"entend(?:ent|ons|ait|aient)?(?= \w+[ei]r\b| y \w+| en \w+| l'\w+| le \w+| la \w+| les \w+| se \w+| s'\w+)|compt(?:e|ent|ons|ait|aient)(?= (?!entre)(?:\w+ ){0,3}(?!entre|votre|notre|autre)\w+(?:er|ir|re)\b| l'\w+er| s'\w+er| y )|(?:a|avait|ont|avaient) l'intention|intention de|prevoi(?:t|ent|yait|yaient)(?= qu(?:e|')| d(?:e |')(?:y |en |l'|les? |la |s'|se )?\w+(?:er|ir|re)\b)"
                r"|tout (?:notre|son|leur) possible|(?<!examinent )(?<!examine )(?<!savoir )(?<!verifie )(?<!verifient )(?<!demande )(?<!etudient )si (?:\w+[ ']){1,5}(?:permet|permettent)|menac(?:e|ent|ait|aient) d|penche(?:nt)? pour|sous reserve|a condition que?|laiss(?:e|ent) supposer|donn(?:e|ent) a penser|d'avis que|a notre avis|projet(?:te|tent|tait|er|ait)(?= de)|vis(?:e|ent|ait) a|propos(?:e|ent|er|erait|ait)(?=(?: \w+)? d(?:e |'))|(?:a|ont|avait) propose(?=(?: \w+)? d(?:e |'))|cherch(?:e|ent|ait|aient) a|s'appret(?:e|ent|ait) a|ambitionn\w+|(?:est|sont) sur le point d|offr(?:e|ent|ait) d|(?:a|ont) offert d|au programme")),
    ("sure", 2, (r"(?:a|ont|avait|avaient) pu etre (?:consult|vol|derob|expos|compromis|copi|affect|contamin|touch|divulgu|detourn|infect|vis|pirat|intercept)\w*|en lice|pour (?:statuer|trancher|se prononcer)|va demander|vont demander|demand(?:e|ent|ait) a(?= (?:l[ea] |l')?\w+(?:er|ir|re)\b)|s'interrog(?:e|ent) sur|(?:etudi|examin)(?:e|ent|ait) (?:l'|l' )opportunite|aucune? (?:\w+ )?(?:indices?|indication|signes?|preuves?|elements?)(?= (?:que|qu'|de |d'|n))|rien n'(?:indique|atteste)|rien ne (?:permet|prouve|laisse|suggere|garantit|dit)"
                r"|(?:un|une|des|plusieurs|quelques|certains|certaines|deux|trois) (?:\w+ )?(?:temoins?|riverains?|habitant\w*|passag\w+|voisin\w*|salarie\w*|chauffeurs?|proches?|usagers?|parents?|pecheurs?|opposants?|militant\w*|client\w*) (?:disent|affirment|assurent|racontent|dit|affirme|assure|raconte|evoquent?|parlent|rapportent?)|(?:selon|d'apres) (?:une?|des|plusieurs|deux|trois|certaine?s) (?:\w+ )?(?:sources?|temoins?|personnes|proches|riverains|habitants|salaries)")),
    ("sure", 3, (r"prepar(?:e|ent|ait)(?= (?:l[ae]s? |l'|une? |sa |ses |leurs? ))|tent(?:e|ent|ait|aient) d|(?:a|ont|avait|avaient) (?:tente|essaye|cherche) (?:de |d'|a )|essa(?:ie|ient|yait) d|planch(?:e|ent) sur|(?:milit|plaid)(?:e|ent) pour|si tout va bien|si rien ne (?:change|bouge)|ebauche\w*|esquisse\w*|(?:hypothese |piste |these |est |sont )privilegiee?s?")),
    ("sure", 4, r"(?:determine|resolu|decide)(?:e|s|es)? a(?= \w+(?:er|ir|re)\b)|s'engag(?:e|ent|eait|eaient)(?= a\b)|(?:s'est|se sont|s'etait|s'etaient) engage(?:e|s|es)?(?= a\b)|promet(?:tent|tait)?|(?:a|ont) promis|jur(?:e|ent) de|confiance eleve|quasi certain\w*|presque certain\w*|garanti(?:t|ssent)|(?:a|ont) garanti|donn(?:e|ent) (?:sa|leur) parole"),
    ("order", 1, r"(?:souhait\w*|voudrai\w*|aimerai\w*)(?= (?:que\b|qu'|obtenir|voir))|facultati\w*|volontaire(?:ment|s)?|invit(?:e|ent|ait|es?|ees?)|encourag(?:e|ent|es|ees?)|sugger(?:e|ent|ant)(?! qu)|propose(?:nt)?(?!(?: \w+)? d(?:e |'))"),
    ("order", 2, (r"recommand(?:e|ent|ons|ait|ations?|er)|preconis(?:e|ent)|conseill(?:e|ent|es?)(?= a\b| aux| d| de| seulement| vivement)|(?<!la )(?<!une )(?<!cette )(?<!le )(?<!leur )(?<!sa )(?<!notre )(?<!votre )(?<!toute )(?<!de )demand(?:e|ent|ait|ons)(?! de ses| d'aide)|(?:a|ont) demande|appell(?:e|ent)(?: \w+){0,4} a|(?:a|ont|avait|avaient) appele|pri(?:e|es|ees?) d|exhort(?:e|ent|ee?s?)|sollicit(?:e|ent|ee?s?)"
                 r"|reclam(?:e|ent|ait)|(?:a|ont) reclame|veu(?:t|lent) que?|invit(?:e|ent) fermement")),
    ("order", 3, r"exig(?:e|ent|eait)|(?:a|ont) exige|ordonn(?:e|ent|ait)|(?:a|ont) ordonne|impos(?:e|ent|ait)(?= a\b| aux| que)|oblig(?:e|ent|atoires?|es?|ees?)|contrai(?:nt|gnent)|l'ordre d|somm(?:e|ent)(?= de| les| le)|doi(?:t|vent)|il faut|faudra|tenue?s? d|l'obligation d|enjoi(?:nt|gnent|nte?s?)|forc(?:e|ent|ee?s?)(?= de| a| les?)|(?:est|sont|sera|seront) interdite?s?|interdi(?:t|sent|ction)(?= (?:de |d'|a |aux? |tout|la |le |les |l'))|interdi(?:t|sent|re) aux?|n'(?:a|ont) plus le droit"),
    ("cause", 1, r"contribu(?:e|ent|ait|er|eraient|erait)(?: a| aux?)?|y (?:est|sont) pour quelque chose|(?:a |ont )?jou(?:e|ent) un (?:\w+ )?role|une? des (?:\w+ ){0,2}(?:causes|raisons|facteurs)|favoris(?:e|ent|er)|aggrav\w+|coincid\w+|facilit(?:e|ent|er)|pas etrangere?s? a|parmi les (?:causes|raisons)|en partie d|(?:est|sont) li(?:e|ee|es|ees) a"),
    ("cause", 2, r"(?:la )?(?:principale?|seule|premiere) (?:cause|raison)|caus(?:e|ent|ait|er|ee?s?)(?! d)|provoqu(?:e|ent|ait|ee?s?)|(?:est|etait|sont) la cause|coupables?|responsables? d|(?:est|sont|etait|etaient|serait|seraient) a l'origine|en cause|a cause d|du[es]? a|entrain(?:e|ent|er|ee?s?)|declench(?:e|ent|er|ee?s?)|engendr\w+|imputables? a"),
    ("degree", 1, r"(?:petite?|mince|maigre)s?(?= (?:chance|risque|danger|effet|impact|part|role|espoir|influence|difference))|legere?(?:ment|s)?|un peu|quelque peu|a peine|faible(?:ment|s)?|limite(?:e|s|es)?|modere(?:e|ment|s|es)?|modeste(?:ment)?|s'effrit\w+|flechi\w*|traces? de|(?:petites?|faibles?|infimes?) (?:quantites?|doses?)|minimes?|infimes?|mineure?s?|marginal\w*|(?:a la )?marge|par endroits"),
    ("degree", 2, r"(?:grande?|gros(?:se)?|bonne?)s?(?= (?:chance|risque|danger|effet|impact|part|role|espoir|influence|difference))|grave(?:ment|s)?|severe(?:ment|s)?|forte?(?:ment|s)?|massi(?:f|ve|vement|fs|ves)|lourd(?:ement|e|s|es)?|serieu(?:x|se|sement|ses)|considerable(?:ment|s)?|enorme(?:ment|s)?|catastrophi\w+|effondr\w+|bondi\w*|s'envol\w+|(?:a|ont) flambe|chut(?:e|ent|er)(?= de)|plong(?:e|ent)|degringol\w+|dramatique(?:ment|s)?|spectaculaire\w*|brutal\w*|nettement|vivement|bien (?:plus|moins|au-dessus|au-dessous|superieur\w*)|beaucoup (?:plus|moins|mieux)|totalement|entierement|completement|doubl(?:e|ent|er)|tripl(?:e|ent|er)|majeure?s?|(?:grandes?|fortes?|importantes?) (?:quantites?|doses?)|vertigineu\w+"),
    ("proof", 1, r"compatibles? avec|pourrai(?:t|ent) indiquer|tend(?:ent)? a (?:montrer|prouver|indiquer)|suggere(?:nt)? que|laiss(?:e|ent) (?:penser|supposer|croire)|donn(?:e|ent) a penser"),
    ("proof", 2, r"indiqu(?:e|ent)(?= que| qu'| un| des)|montr(?:e|ent)|revel(?:e|ent)|f(?:ait|ont) apparaitre"),
    ("proof", 3, r"hors de doute|aucun doute|preuves? (?:que|de|d'|a l'appui)|confirm(?:e|ent)|avere\w*|prouv(?:e|ent)|demontr(?:e|ent)|etabli(?:t|ssent)(?! un| des)|atteste(?:nt)?"),
)  # fmt: skip
_SOFT: Final = {
    "en": r"can|be able to|is able to|are able to|allow(?:s|ed) to|enough to|claims?|claimed|reckons?|within reach|willing|ready to|prepared to|(?:is|are|was|were) due to(?= \w)|should have been|was to have|were to have|supposed to|scheduled|so that (?:\w+ ){1,3}would|until (?:\w+ ){1,4}could|if|the (?:planned|proposed|projected|future)|potential|designed to|intended to|so as to|capped|ceiling|allowed|permitted|quota|entitled|eligible",
    "fr": r"peu(?:t|vent)|pourr(?:a|ont)|est en mesure|sont en mesure|permet(?:tent)? de|pret(?:e|s|es)? a|affirmation|pretend(?:ent)?|selon laquelle|afin que|aurai(?:t|ent) du|devai(?:t|ent)|cense(?:e|s|es)?|s'ils?|si|le projet|concu(?:e|s|es)? pour|destine(?:e|s|es)? a|visant a|plafonn\w+|autoris\w+|le droit de",
}
_PERMITTED = re.compile(
    r"\bmay (?:no longer|only|never|(?:not |then |also |again )*(?:apply|ask|vote|use|request|enter|choose|keep|lodge|appeal|consult|claim|file)\b)"
    r"|\bmay (?=[^,;.]{3,60}\bonly (?:with|if|by|after|when)\b)"
    r"|\bmay (?=(?:now (?:be|\w+)|at last|finally)\b)|\bmay (?=(?:comment|fish|stay|attend|withdraw|take part|submit|register|visit|inspect|view|swim|bathe|trade|travel|be renewed (?:once|twice))\b)"
    r"|(?<=\bnobody )may\b|(?<=\bno one )may\b|(?<=\bno-one )may\b|(?<=\bwho )may\b(?= not\b)"
)
"""What may be done is allowed, not in doubt."""
_NO_MAY = re.compile(r"\b(?:no|neither|none of)(?: [\w-]+){1,4} (may)\b")
_CONDITIONAL = re.compile(
    r"\b(?:(?:ser|aur|agir|vivr|fer|ir|saur|tiendr|viendr|prendr|mettr|rendr|devien?dr|verr|vaudr|faudr|recevr|perdr|suivr|produir|conduir|\w{3,}(?:er|ir|dr|ttr|ivr|uir))"
    r"(?:ait|aient|ions|iez))\b"
)
_NO_CONDITIONAL = re.compile(
    r"^(?:(?:r?ent|re?ti|atti|admi|respi|inspi|aspi|expi|ouv|couv|liv|offr|souff|dur|mesur|figur|assur|ti|desi|vi|empi|cou|parcou|recou|mou)raient?"
    r"|\w*(?:tr|br|gr|pr|cr)(?:ait|aient))$"
)
_REPORTED_FR = re.compile(
    r"\b(?:annonce|indique|declare|promis|precise|affirme|explique|dit|assure|ajoute|fait savoir|confirme|decide|estime|disait|annoncait|pense|repondu|ecrit|prevenu|jure|convaincue?s?|certaine?s?|persuadee?s?|sure?s?|garanti|estimait|assurait|affirmait|juge|jugeait|maintient|soutient|rappele|reconnu|promettait)(?:nt)?"
    r"(?: \w+){0,3} qu(?:e\b|')"
)
_WOULD = re.compile(
    r"\bwould(?! like)(?! consider)(?! rather)(?! not\b)(?! be (?:willing|ready|prepared))\b|(?<=\w)'d (?=be|have)"
)
_REPORTED_EN = re.compile(
    r"\b(?:said|announced|told|added|promised|pledged|confirmed|warned|knew|explained|noted|ruled|confident|convinced|certain|sure|hoped|feared|expected|thought|believed|agreed|decided|insisted|estimated|guaranteed|assured|stated|stressed|maintained|predicted|declared|argued|replied|wrote|hinted|indicated|claimed|swore|vowed)\b(?:[^.,;]{0,40}?) (?:that |he |she |it |they |\w+ )?(?:\w+ ){0,3}$"
)


@cache
def _compiled(lang: str) -> tuple[tuple[str, int, re.Pattern[str]], ...]:
    table = _FRENCH if lang == "fr" else _ENGLISH
    return tuple(
        (scale, step, re.compile(rf"\b(?:{whole(pattern)})(?:(?<=')|(?!\w))"))
        for scale, step, pattern in table
    )


def whole(pattern: str) -> str:
    """Return a pattern in which a "d" at the end of a choice stands for "de", "des", "du" and "d'"."""
    return re.sub(r" d(?=\||$)", " d(?:e|es|u|')", pattern)


@cache
def _soft(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_SOFT['fr' if lang == 'fr' else 'en']})(?!\w)")


def cues(flat: str, lang: str, text: str) -> list[Cue]:
    """Return the cues of a folded sentence in order; where two of one scale overlap, the longer one.

    `text` is the sentence as it stands, which tells the month of May from what may be.
    """
    found = [
        Cue(scale, step, match.start(), match.end())
        for scale, step, pattern in _compiled(lang)
        for match in pattern.finditer(flat)
    ]
    found += [Cue("sure", 2, m.start(), m.end(), soft=True) for m in _soft(lang).finditer(flat)]
    found += _conditionals(flat) if lang == "fr" else _woulds(flat)
    found += _listed(text, lang)
    allowed = [m.start() for m in _PERMITTED.finditer(flat)] if lang != "fr" else []
    allowed += [m.start(1) for m in _NO_MAY.finditer(flat)] if lang != "fr" else []
    found = [
        cue
        for cue in found
        if cue.start not in allowed and (not text.startswith("May", cue.start) or _begins(text, cue.start))
    ]
    found.sort(key=lambda cue: (cue.soft, cue.start - cue.end, cue.step))
    kept: list[Cue] = []
    for cue in found:
        if all(
            cue.scale != other.scale or cue.end <= other.start or cue.start >= other.end for other in kept
        ):
            kept.append(cue)
    return sorted(kept, key=lambda cue: cue.start)


_ASKED = re.compile(
    r"\b(?:when|whether|how|what|where|why|quand|si|s'ils?|comment|pourquoi|combien)(?: \w+){0,3} ?'?$"
)
"""An indirect question is in the tense of what is asked about, not in doubt."""
_SAID_BY = re.compile(r"according to|selon|d['’]après|in the words of|aux dires")
_NOUNS: Final = frozenset({"comptes", "compte", "study", "studies", "projets", "suspect", "suspects"})
_ARTICLE = re.compile(
    r"\b(?:l[ea]s?|des|ses|leurs|ces|aux|un|une|the|a|this|its|their|new|that) $", re.IGNORECASE
)
_DUE = re.compile(r"d[uû]e?s?")


def _listed(text: str, lang: str) -> list[Cue]:
    """Return what else the lexicon knows to hedge or announce: soft, for it was not written with claims in mind."""
    found = []
    for term in scan(text, "fr" if lang == "fr" else "en"):
        if _DUE.fullmatch(text[term.start : term.end].casefold()):
            continue  # "due to the cold", "due au froid" is a cause
        if text[term.start : term.end].casefold() in _NOUNS and _ARTICLE.search(text[: term.start]):
            continue  # "les comptes", "the study" announce nothing
        if _SAID_BY.match(text[term.start : term.end].casefold()):
            continue  # who says a thing may be in no doubt of it
        for one in term.cues:
            if (one.kind == "hedge" and one.strength <= 6) or (
                one.kind == "modality" and one.strength in (1, 2, 3, 5, 6)
            ):
                step = 1 if one.strength == 1 else 2 if one.strength <= 4 else 3
                found.append(Cue("sure", step, term.start, term.end, soft=True))
    return found


def _begins(text: str, start: int) -> bool:
    return not re.search(r"\w[^.!?:]*$", text[:start]) and not re.match(r"May \d", text[start:])


def _conditionals(flat: str) -> list[Cue]:
    """Return the verbs in the press conditional ("aurait fourni"): reported, not vouched for.

    After "a annoncé que" the same form is the future seen from the past: a promise.
    """
    found = []
    for match in _CONDITIONAL.finditer(flat):
        if (
            _ASKED.search(flat[: match.start()])
            or _NO_CONDITIONAL.match(match[0])
            or re.search(r"\bsi\b[^,;]*$", flat[: match.start()])
        ):
            continue
        reported = any(r.end() <= match.start() for r in _REPORTED_FR.finditer(flat))
        found.append(Cue("sure", 4 if reported else 2, match.start(), match.end(), loose=not reported))
    return found


def _woulds(flat: str) -> list[Cue]:
    found = []
    for match in _WOULD.finditer(flat):
        if _ASKED.search(flat[: match.start()]):
            continue
        reported = _REPORTED_EN.search(flat[: match.start()])
        found.append(Cue("sure", 4 if reported else 2, match.start(), match.end(), loose=not reported))
    return found
