"""The repository that `meshc init` writes."""

from typing import Final

MESH: Final = """\
# Exactly one Mesh: who we are, and which namespaces exist.
apiVersion: meshc.dev/v1
kind: Mesh
metadata: {name: example}
spec:
  trustDomain: example.test
  namespaces:
    - {name: shop}
  teams: [storefront, orders]
"""

WEB: Final = """\
# Calls the cart: the caller's half of the edge.
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: web, namespace: shop}
spec:
  owner: storefront
  instances:
    static: [{address: 127.30.0.10}]
  calls: [{to: cart.read}, {to: cart.add}]
"""

CART: Final = """\
# What the cart offers, and whom it admits: the callee's half.
apiVersion: meshc.dev/v1
kind: ServiceIntent
metadata: {name: cart, namespace: shop}
spec:
  owner: orders
  ports: [{name: api, port: 8080, target: 9080, protocol: http}]
  instances:
    static: [{address: 127.30.0.11}]
  operations:
    read: {match: ["GET,HEAD /carts/{user}"], idempotent: true}
    add: {match: ["POST /carts/{user}/items"]}
    empty: {match: ["DELETE /carts/{user}"], idempotent: true}
  allow:
    - {name: shoppers, from: [web], operations: [read, add]}
"""

TESTS: Final = """\
# What must hold, whatever changes.
apiVersion: meshc.dev/v1
kind: PolicyTest
metadata: {name: carts, namespace: shop}
spec:
  tests:
    - name: the shop reads a cart
      request: {from: web, to: cart, method: GET, path: /carts/7}
      expect: {verdict: allowed, operation: read, rule: shoppers}
    - name: the shop never empties one
      request: {from: web, to: cart, method: DELETE, path: /carts/7}
      expect: {verdict: denied, operation: empty}
    - name: strangers read nothing
      request: {to: cart, method: GET, path: /carts/7}
      expect: {verdict: denied, status: 403}
"""

SETTINGS: Final = """\
# Documents that name no namespace take the one of their folder.
[namespaces]
shop = "shop"
"""

IGNORED: Final = """\
/build/
*.key
*.key.pem
"""

MODELINE: Final = "# yaml-language-server: $schema="
SCHEMA_FILE: Final = ".meshc/schema.json"
"""Where editors find the language: beside the intents, so it works offline and at once."""


def told(path: str, content: str) -> str:
    """Begin a document with the line that tells editors its schema, by a path from its folder."""
    return f"{MODELINE}{'../' * path.count('/')}{SCHEMA_FILE}\n{content}"


FILES: Final = {
    **{
        path: told(path, content)
        for path, content in {
            "mesh.yaml": MESH,
            "shop/web.yaml": WEB,
            "shop/cart.yaml": CART,
            "shop/tests.yaml": TESTS,
        }.items()
    },
    "meshc.toml": SETTINGS,
    ".gitignore": IGNORED,
}
"""Path to content; passes `meshc lint` and `meshc test`."""
