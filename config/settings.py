"""The one settings file. What differs between offices is read from the environment, loudly (config/environment.py).

SEEDBED_MODE: production (default), demo (loopback, banner, relaxed second factor), test.
"""

from datetime import date

from django.core.exceptions import ImproperlyConfigured

from config.environment import BASE_DIR, database, env, mode, read_secrets, var_dir

MODE = mode()
DEMO = MODE == "demo"
PRODUCTION = MODE == "production"
# The demonstration is lived through up to this day, and its clock stands there.
STANDING_DAY = date(2016, 12, 31) if DEMO else None
_secrets = read_secrets(MODE)

SECRET_KEY = _secrets["SEEDBED_SECRET_KEY"]
FIELD_KEYS = _secrets["SEEDBED_FIELD_KEYS"].split(",")
INDEX_KEY = _secrets["SEEDBED_INDEX_KEY"]
AUDIT_KEY = _secrets["SEEDBED_AUDIT_KEY"]

DEBUG = env.bool("SEEDBED_DEBUG", default=False)
if DEBUG and PRODUCTION:
    raise ImproperlyConfigured("SEEDBED_DEBUG is on in production mode. Switch it off.")

if PRODUCTION:
    ALLOWED_HOSTS = env.list("SEEDBED_HOSTS", default=["localhost"])
else:
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if PRODUCTION and host != "localhost"]

# Where the code on a paper leads: the first host, as the world sees it.
PUBLIC_ADDRESS = f"https://{ALLOWED_HOSTS[0]}" if PRODUCTION else "http://localhost:8000"

VAR_DIR = var_dir()
EVIDENCE_DIR = VAR_DIR / "evidence"
DATABASES = {"default": database(MODE)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "rules.apps.AutodiscoverRulesConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "import_export",
    "simple_history",
    "audit",
    "pages",
    "accounts",
    "ledger",
    "programmes",
    "applicants",
    "selection",
    "payments",
    "loans",
    "grants",
    "monitoring",
    "reports",
    "demo",
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "pages.middleware.PrivacyMiddleware",
    "pages.middleware.PlainTextMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "config.desk.DeskMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
    # Last: it is asked first when a view raises a Refusal.
    "pages.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "config.desk.frame",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if MODE == "test"
    else ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_ADAPTER = "accounts.adapters.StaffAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Seedbed"
# An administrator gives the addresses; nobody can sign up with somebody else's.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Who touches money or votes needs a second step (accounts.second_factor); the demo says on each page that it asks none.
SECOND_FACTOR_REQUIRED = PRODUCTION
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False

# An office signs in from one address: sign-ins that succeed are not counted, failed ones are, here and by django-axes.
ACCOUNT_RATE_LIMITS = {"login": "600/m/ip"}

AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 1
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "accounts.adapters.name_at_the_door"
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_ENABLE_ADMIN = False

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("hy", "Հայերեն"),
    ("ka", "ქართული"),
    ("sq", "Shqip"),
    ("sr-latn", "Srpski"),
    ("ru", "Русский"),
    ("az", "Azərbaycanca"),
    ("tg", "Тоҷикӣ"),
    ("ky", "Кыргызча"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR_DIR / "files"}},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = False

TASKS = {
    "default": {
        "BACKEND": (
            "django_tasks.backends.immediate.ImmediateBackend" if MODE == "test" else "django_tasks_db.DatabaseBackend"
        )
    }
}

DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# The proxy of the house writes down whom it asks for; without one, nobody's word about an address is taken.
BEHIND_PROXY = PRODUCTION and env.bool("SEEDBED_BEHIND_PROXY", False)
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SEEDBED_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# The demo sends nothing: its mail is printed where its server runs.
_MAIL_WITHOUT_POST = (
    "django.core.mail.backends.console.EmailBackend" if DEMO else "django.core.mail.backends.locmem.EmailBackend"
)
EMAIL_BACKEND = (
    env.str("SEEDBED_EMAIL_BACKEND", default="django.core.mail.backends.smtp.EmailBackend")
    if PRODUCTION
    else _MAIL_WITHOUT_POST
)
EMAIL_HOST = env.str("SEEDBED_EMAIL_HOST", default="localhost")
DEFAULT_FROM_EMAIL = env.str("SEEDBED_EMAIL_FROM", default="seedbed@localhost")

# Where reminders by text message go: nothing (none are made), "console", "file:PATH", or a gateway's https address.
SMS_GATEWAY = env.str("SEEDBED_SMS", default="")
SMS_TOKEN = env.str("SEEDBED_SMS_TOKEN", default="")

IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_USE_TRANSACTIONS = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"tokens": {"()": "config.logs.TokenFilter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["tokens"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

OFFICE_NAME = env.str("SEEDBED_OFFICE", default="Seedbed")
# Who publishes open data. Without them nothing is published, and the refusal says which one is missing.
IATI_ORG = env.str("SEEDBED_IATI_ORG", default="" if PRODUCTION else "XX-EXAMPLE-SEEDBED")
IATI_ORG_TYPE = env.str("SEEDBED_IATI_ORG_TYPE", default="40")
OPEN_LICENCE = env.str("SEEDBED_OPEN_LICENCE", default="")
GIVING_PREFIX = env.str("SEEDBED_360G_PREFIX", default="" if PRODUCTION else "360G-example")
