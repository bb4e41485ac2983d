"""A small site of rows that can be accepted and declined, to try the frame's script on."""

from django import forms
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from portal import htmx, toasts

#: Accepting these rows takes them off the list; the others come back marked.
LEAVING = {3}


class NoteForm(forms.Form):
    # A rule the browser does not know, so that the server's answer shows.
    note = forms.CharField(validators=[RegexValidator("^too ", "Say what is too much.")])


def rows(request: HttpRequest) -> HttpResponse:
    return render(request, "rows.html", {"numbers": range(1, 6)})


def panel(request: HttpRequest, number: int) -> HttpResponse:
    return HttpResponse(f"<h2>Panel {number}</h2>")


def fresh(request: HttpRequest) -> HttpResponse:
    return HttpResponse("One new row")


def accept(request: HttpRequest, number: int) -> HttpResponse:
    toasts.say(request, f"Accepted row {number}.")
    if number in LEAVING:
        return htmx.answer(request, None)
    return htmx.answer(request, "_row.html", {"number": number, "mark": "accepted"})


def decline(request: HttpRequest, number: int) -> HttpResponse:
    form = NoteForm(request.POST or None)
    context = {"number": number, "form": form, "dialog_action": request.path}
    if request.method == "GET":
        return render(request, "decline.html", context)
    if not form.is_valid():
        return htmx.answer(request, "decline.html", context, status=422)
    toasts.say(request, f"Declined row {number}.")
    return htmx.answer(request, None, close_dialog=True, new_target=f"#row-{number}", new_swap="delete")


def broken(request: HttpRequest, number: int) -> HttpResponse:
    return HttpResponse(status=503)


urlpatterns = [
    path("rows/", rows),
    path("rows/fresh/", fresh),
    path("rows/<int:number>/panel/", panel),
    path("rows/<int:number>/accept/", accept),
    path("rows/<int:number>/decline/", decline),
    path("rows/<int:number>/broken/", broken),
    path("", include("portal.urls")),
]
