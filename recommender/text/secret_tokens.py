"""Tokens whose service can be told by how they begin, and private keys."""

import re

from recommender.text.secret_matching import Rule, part_rule, rule, word_rule
from recommender.text.secret_values import is_key, is_mixed, is_private_key

# A token is taken to its end. Where its first letters occur in ordinary words it starts only where a word does.
_START = r"(?<![A-Za-z0-9_-])"
_APART = r"(?<![A-Za-z0-9])"  # a path that became a name has dashes where others have slashes

# Prefixes by how many characters follow at the least; where words begin like a prefix, it takes more of them.
_PREFIXES = {
    16: """
        sbp_ sb_secret_ doo_v1_ dor_v1_ dop_v1_ shpat_ shpss_ shpca_ shppa_ shptka_ dp.pt. dp.st. dp.ct. dp.sa. dp.scim.
        dp.audit. hvs. hvb. hvr. dt0c01. dt0s01. dt0s02. dt0s16. lsv2_pt_ lsv2_sk_ csk- ABSK ATATT3 ATCTT3 ATBB
        bedrock-api-key- glc_ glsa_ ops_ CLOJARS_ bkua_ bkaa_ bkaj_ bkar_ bkct_ bkpt_ bkpat_ bkps_ squ_ sqp_ sqa_ napi_
        shippo_live_ shippo_test_ rdme_ pscale_tkn_ pscale_oauth_ pscale_pw_ lin_api_ lin_oauth_ ntn_ pplx- gsk_
        r8_ xai- nvapi- pcsk_ llx- tskey- PMAK- PMAT- pnu_ figd_ figu_ figo_ phx_ phc_ phs_ sgp_ slk_ rubygems_
        NRAK- NRII- NRJS- NRIQ- AGE-SECRET-KEY-1 sntrys_ sntryu_ sntryi_ fm2_ fm1a_ fm1r_ fo1_ EZAK EZTK duffel_live_
        duffel_test_ FLWSECK- FLWSECK_TEST- FLWPUBK_TEST- fio-u- apify_api_ AIK_CI_ AIK_SECRET_ LTAI STS. BBDC- cnvca
        CCIPAT_ CCIPRJ_ cfut_ cfat_ cfk_ CCDB1_ configcat-sdk-1/ AstraCS: ddp_ ddo_ dvc_client_ dvc_mobile_ dvc_server_
        apk_user_ SWMTKN-1- SWMKEY-1- dckr_pat_ dckr_oat_ essu_ HRKU- api_org_ mlsn. mdb_sa_sk_ mergify_application_key_
        nyk_ os_v2_ api_live. api_live_ca. api_live_us. pdl_live_apikey_ pdl_sdbx_apikey_ persona_production_
        persona_sandbox_ pina_ polar_at_ polar_oat_ polar_pat_ ramp_sec_ rzp_live_ rzp_test_ rootly_ samsara_api_ tk-us-
        tk-eu- xkeysib- xsmtpsib- sm_aat_ sm_pat_ sm_sat_ sq0atp- sq0csp- sq0idp- EAAA EAAC EAAM tgp_v1_ ucat_ vtwn_
        vck_ vca_ vcr_ vci_ vcp_ waka_ wandb_v1_ wrka- wrkaus- wrkaeu- xnd_production_ xnd_development_ zpka_
        packagist_ort_ packagist_out_ packagist_acs_ packagist_ack_ s-s4t2ud- s-s4t2af- p8e- pat-na1- pat-eu1- tfp_
        dnkey- sk_car_ unkey_ e2b_ tvly- AQVN jina_ cmVmd ory_at_ ory_st_ ory_pat_ ory_rt_ nfp_ nfc_ npmS.
        gcntfy- mercury_production_ snyk_uat. snyk_sat. pul- dapi sl.u. sl.B ltai tok_live_ sk_prod_ rk_prod_ lip_
        AKCp AP6 whsec_ A3- fpat_ pypi-Ag atlasv1. patk_ shpit_ sha256~ glptt- gldt- wsk_ secret-token: dG9rOnRlYW06
    """,
    24: "npm_ hf_ re_ ion_ cog_ prf_ rnd_ rpa_ csa_ tss_ fw_ pa- al- BSA EXO v2.local. v4.local. v2.public. v4.public.",
    32: "ico- fc- ck_ cs_ oy2 dsk_ apk_ 4b1d v1.0- api_key_ sk_ rk_ pk_ key-",
}


# Those whose keys are in base64, and so may hold slashes; others end where a path goes on.
_BASE64 = "ABSK|glc_|fm2_|fm1[ar]_|sntry[su]_|BBDC-|apk_user_|SWMKEY-1-|ops_eyJ|bedrock-api-key-|configcat-sdk-1/"


def _tokens(least: int, prefixes: str) -> Rule:
    listed = sorted(prefixes.split(), key=len, reverse=True)
    # One that ends in a letter could be a part of encoded data.
    begun = "|".join(re.escape(begin) if not begin[-1].isalnum() else f"(?<![/+]){begin}" for begin in listed)
    return word_rule("service-token", rf"{_APART}(?:{begun})[\w+=.~-]{{{least},}}(?::[\w+=~-]+)?", is_key)


_KEY_OF_PUTTY = r"private-lines: \d{1,4}(?:\s+[A-Za-z0-9+/=]{20,})+"
_END_OF_PEM = r"[^-]*(?:-(?!----)[^-]*)*-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_TORN_PEM = r"(?:(?:[\s\"'+,]|\\[nr])*[A-Za-z0-9+/=]{20,})+"
_ENCODED_PEM = r"LS0tLS1CRUdJTi[A-Za-z0-9+/=]{20,}(?:(?:\s|\\[nr])*[A-Za-z0-9+/=]{20,})*"
# The beginnings of private keys in DER, and of OpenSSH's, in base64: what a block holds whose first line is lost.
_BARE_KEY = (
    r"(?:MII[BCEJ][\w+/]{2}IBAAK[BC]|MII[BCEJ][\w+/]{2}IBADANBgkqhkiG9w0BAQEFAAS|MHcCAQEE|MIGkAgEBBD|MIHcAgEBBE"
    r"|MIG[HT2]AgEAMB|MC4CAQAwBQYDK2V|b3BlbnNzaC1rZXktdjE)[A-Za-z0-9+/=]{20,}(?:(?:\s|\\[nr])+[A-Za-z0-9+/=]{40,})*"
)

PRIVATE_KEYS = (
    rule(
        "private-key",
        "-----begin,private-lines:",
        rf"-----BEGIN [A-Z0-9 ]{{0,40}}PRIVATE KEY(?: BLOCK)?-----(?:{_END_OF_PEM}|{_TORN_PEM})|(?i:{_KEY_OF_PUTTY})",
    ),
    part_rule("private-key", "ls0tls1crudjti", _ENCODED_PEM, is_private_key),
    part_rule(
        "private-key",
        "mii mhccaqee migkag migiag mihcag migtag mig2ag mighag mc4caqawbqydk2v b3blbnnzac1rzxktdje",
        rf"{_START}{_BARE_KEY}",
    ),
)
TOKENS = (
    part_rule("anthropic-key", "sk-ant-", r"sk-ant-[\w-]{12,}"),
    word_rule(
        "openai-key",
        rf"{_APART}sk-(?:(?:proj|svcacct|admin|service|or-v1|lf|api)-[\w-]{{16,}}|(?=[A-Za-z]*\d)[A-Za-z0-9]{{20,}})",
    ),
    word_rule("aws-key", rf"{_APART}(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{{16,}}"),
    word_rule("github-token", r"gh[pousr]_[A-Za-z0-9_]{30,}|github_pat_\w{22,}"),
    word_rule(
        "gitlab-token",
        r"gl(?:pat|dt|ft|soat|rt|rtr|cbt|imt|ptt|agent|oas|ffct|wt)-[\w.-]{20,}|GR1348941[\w-]{20,}"
        r"|(?<=incoming\+)[\w.+-]{20,}(?=@)",
    ),
    rule(
        "slack-token",
        "xoxa- xoxb- xoxc- xoxd- xoxe- xoxe. xoxo- xoxp- xoxr- xoxs- xapp-",
        r"(?<![A-Za-z0-9])x(?:ox[a-z]|app)-[\w%/+=-]{10,}(?:\.x[\w-]+)?",
    ),
    rule("slack-webhook", "hooks.slack", r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/([\w/-]{10,})"),
    rule("stripe-key", "sk_ rk_ pk_ whsec_", r"(?<![A-Za-z0-9])(?:[srp]k_(?:live|test|prod)|whsec)_[\w+/=]{10,}"),
    word_rule("google-key", rf"{_APART}(?:AIza[\w-]{{30,}}|ya29\.[\w.-]{{20,}}|GOCSPX-[\w-]{{20,}}|1//0[\w-]{{30,}})"),
    word_rule("service-token", rf"{_APART}(?<![/+])(?:{_BASE64})[\w+/=-]{{20,}}", is_key),
    *(_tokens(least, prefixes) for least, prefixes in _PREFIXES.items()),
    word_rule("service-token", rf"{_APART}SG\.[\w-]{{15,}}\.[\w-]{{30,}}"),
    word_rule("service-token", rf"{_START}A(?:KC|P[\dA-F])[A-Za-z0-9]{{10,}}", is_mixed),
    word_rule(
        "service-token",
        # Mailchimp; Telegram; Mailgun; Discord; Azure; MaxMind; Terraform; Twilio; Facebook; Salesforce; z.ai; Harness
        r"\b[0-9a-z]{32}-us\d{1,2}\b|(?<!\d)\d{8,10}:[A-Za-z0-9_-]{35}(?![\w-])"
        r"|(?<![\w-])[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![\w-])"
        r"|(?<![\w.-])[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}|(?<![\w~.-])[\w~.]{3}\dQ~[\w~.-]{31,34}"
        r"|\b[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk\b|\b[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,}"
        r"|(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![A-Za-z0-9])|\bEAA[A-Z][A-Za-z0-9]{60,}"
        r"|\b00D[A-Za-z0-9]{12,15}![\w.]{60,}|\b[0-9a-f]{32}\.[0-9A-Za-z]{16}(?!\w)"
        r"|(?<![\w.])[ps]at\.[\w-]{22}\.[0-9a-z]{24}\.[\w]{20}"
        r"|A{22}[A-Za-z0-9%]{60,}|\bt1\.[A-Z0-9a-z_-]+=*\.[\w-]{86}",
    ),
    word_rule(
        "service-token",
        r"api/webhooks/\d{10,20}/([\w-]{30,})|webhook(?:b2)?/[0-9a-f@-]{60,}/IncomingWebhook/([\w/-]{20,})",
    ),
    word_rule("service-token", rf"{_APART}secret_[A-Za-z0-9]{{40,}}", is_key),
    rule("service-token", "a3-", r"A3-[A-Z0-9]{6}-[A-Z0-9-]{17,}"),
    rule(
        "service-token",
        "token",
        r"(?i)(?:(?<=header )|(?<=ization )|(?<=personal )|(?<=access )|(?<=ization: )|(?<=gitea ))"
        r"token\s{1,4}([0-9a-f]{40})(?![0-9a-f])",
    ),
    word_rule("jwt", rf"{_APART}eyJ[\w=-]{{6,}}(?:\.[\w+/=-]*){{1,4}}", lambda token: len(token) >= 30),
    word_rule("jwt", rf"{_APART}ZXlK[A-Za-z0-9+/=]{{40,}}"),
)
