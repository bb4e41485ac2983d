"""Give every page its address."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from portal.pages import account, health, styleguide

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("", account.home, name="home"),
    path("login/", account.Login.as_view(), name="login"),
    path("logout/", account.Logout.as_view(), name="logout"),
    path("password/", account.ChangePassword.as_view(), name="password_change"),
    path("password/forgotten/", account.ForgottenPassword.as_view(), name="password_reset"),
    path("password/sent/", auth.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path(
        "password/new/<uidb64>/<token>/",
        auth.PasswordResetConfirmView.as_view(),
        name="password_reset_confirm",
    ),
    path("password/set/", auth.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
    path("appearance/", account.appearance, name="appearance"),
    path("keys/", account.keys, name="keys"),
    path("more/", account.more, name="more"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("api/v1/", include("portal.api.urls")),
    path("", include("portal.pages.urls")),
]
