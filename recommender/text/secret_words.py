"""Words that stand where a password could stand, and are none."""

# What follows "password:", "password is" or "password=" in prose, forms, code and interfaces.
_ORDINARY = """
    a an and any are as at be been before but by can cannot could do does each either for from had has have he her his
    how i if in into is it its just may might more most must my neither never no nobody none nor not nothing now of on
    one only or our out over per shall she should so some such than that the their them then there these they this
    those to too under until up upon us via was we were what when where whether which while who whose why will with
    within without would yes yet you your yours
    above add again allow allowed also always ask at-least available avoid back bad because below blank both change
    changed changes characters check choose chosen click code column compare configured confirm contains copy
    create created custom default define delete deleted different disabled display easy edit email empty enabled
    encrypted ensure enter entered error example expired expires external fail failed fails false field fields fill
    find first fixed flow follow following forgot found generate generated get given go good handle handled
    handling hard has-a hash hashed hashes hashing help here hidden hide id ignore ignored incorrect input inside
    insecure invalid keep kept known label last later leave length less letters like link load local log login
    long longer make manager
    manual masked match matches max maxlength maximum mean means min minimum minlength mismatch missing mode move name
    need needed needs new next note null number object off often ok okay old omit omitted open option optional
    other output param parameter passed please policy press private prompt prompted protected provide provided public
    put read reason redacted refer remember remove removed repeat replace require required requires requirement
    requirements reset retrieve retype reuse rotate rotated rule rules safe salted same save saved say see select send
    sensitive sent set setting settings short shorter show shown sign signed simple small something specify still
    stored strength strong stronger submit success supply supplied support supported sure take test tests their
    through todo toggle true try turn type typed types undefined unique unknown unset unused update updated use used
    user username users using valid validate validated validation value values verify visible wait weak when write
    written wrong
    complexity entropy expiry format hint history security validity
    bcrypt argon argon2 argon2i argon2id scrypt pbkdf2 crypt md5 sha1 sha256 sha512 hmac aes plaintext plain base64
    utf8 utf-8 ascii json yaml
    str string strings bool boolean int integer float double decimal long text varchar nvarchar char bytes byte buffer
    secretstr optional union any object void never map list array dict tuple number date datetime uuid blob binary
    none nil null nan undefined async await return new const let var function fn def class self this super lambda
    var value val data body args kwargs params props state req request res response ctx context config conf env form
    item row entry key keys pw pwd pass secret secrets token tokens credential credentials hidden unchanged
    redacted removed masked unset n/a na tbd todo fixme foo bar baz xxx dummy placeholder sample
    pass-through passthrough authentication authorization auth oauth ldap saml sso mfa otp 2fa grant
    vault keychain keyring 1password bitwarden lastpass file stdin env-var environment variable
    obligatoria obligatorio requerida requerido incorrecta incorrecto olvidada nueva es no su tu para
    requis obligatoire incorrect oublié oubliée nouveau votre le la les un une
    erforderlich falsch vergessen neu neues ungültig ihr dein das der die ein eine ist
    обязательно обязательное обязателен неверный неверен должен забыли новый поле это не
    必填 必须 必填项 必需 错误 不能为空 忘记 請輸入 请输入 必須 필수 오류 입력
    obrigatória obrigatório inválida incorreta vereist ongeldig wymagane nieprawidłowe
    obbligatoria obbligatorio richiesta richiesto necessaria errata errato sbagliata sbagliato corretta corretto scaduta
    scaduto troppo stata stato nuova vuota debole sicura salvata salvato cifrata valida non dimenticata quella
"""
ORDINARY = frozenset(_ORDINARY.split())

# Ids that programs give to what they do; they open nothing.
_ID_PREFIXES = (
    "toolu srvtoolu req msg msgbatch resp chatcmpl cmpl call run thread asst file batch step evt cus pi in sub ch"
    " price prod acct txn seti pm card fc rs ws conv item vs gen agent task session sess trace span org proj project"
    " user usr job build dpl deployment event inv ord chunk node doc cntr rec request message tool response completion"
    " workflow wf wfr exec execution checkpoint chat"
)
ID_PREFIXES = tuple(_ID_PREFIXES.split())
