"""Sign-in through others: the OpenID Connect providers that the environment names."""

from typing import Annotated, Any, Literal

from django.core.exceptions import ImproperlyConfigured
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

LOOPBACK = ("http://localhost:", "http://127.0.0.1:")
ANY = "*"


class OidcProvider(BaseModel):
    """An agency's own directory, or a broker of electronic identities.

    `strong` lists the authentication context classes (the ID token's `acr`) that count as a
    second factor; `*` says that this provider never signs anyone in by less. `trust_email` says
    whose word is taken for an address: True, False, or the domains for which it is. The provider
    must say `email_verified` all the same.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")]
    name: Annotated[str, Field(min_length=1, max_length=40)]
    server_url: str
    client_id: Annotated[str, Field(min_length=1)]
    secret: str = ""
    acr_values: tuple[str, ...] = ()
    strong: tuple[str, ...] = ()
    trust_email: bool | tuple[str, ...] = False
    scope: tuple[str, ...] = ("openid", "profile", "email")
    uid_field: Literal["sub", "oid"] = "sub"

    def trusts(self, email: str) -> bool:
        """Whether the provider's word is taken for this address."""
        if isinstance(self.trust_email, bool):
            return self.trust_email
        domain = email.rpartition("@")[2].lower()
        return domain in {each.lower() for each in self.trust_email}

    def as_app(self) -> dict[str, Any]:
        """The provider as allauth's settings have it."""
        extra = {"acr_values": " ".join(self.acr_values)} if self.acr_values else {}
        return {
            "provider_id": self.id,
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.secret,
            "settings": {
                "server_url": self.server_url,
                "scope": list(self.scope),
                "uid_field": self.uid_field,
                "auth_params": extra,
                "oauth_pkce_enabled": True,
            },
        }


_LIST = TypeAdapter(tuple[OidcProvider, ...])


def providers_from(text: str) -> dict[str, OidcProvider]:
    """The providers of a JSON list, by id. Raises ImproperlyConfigured with each fault's place,
    never with the values: one of them is a secret."""
    try:
        found = _LIST.validate_json(text or "[]")
    except ValidationError as error:
        faults = [
            f"{'.'.join(str(part) for part in each['loc']) or 'JSON'}: {each['msg']}"
            for each in error.errors(include_input=False, include_context=False)
        ]
        raise ImproperlyConfigured(f"OIDC_PROVIDERS: {'; '.join(faults)}") from None
    providers = {each.id: each for each in found}
    if len(providers) != len(found):
        raise ImproperlyConfigured("OIDC_PROVIDERS: an id stands there twice")
    for each in found:
        if not each.server_url.startswith(("https://", *LOOPBACK)):
            raise ImproperlyConfigured(f"OIDC_PROVIDERS: {each.id}: server_url without https")
    return providers
