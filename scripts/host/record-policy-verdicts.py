#!/usr/bin/python3
"""What oslo.policy itself says of rules, for the test beside the rule language (Debian: apt-get install python3-oslo.policy).

    scripts/host/record-policy-verdicts.py > packages/core/src/adapters/policy/golden/oslo-verdicts.json
"""
import json
import logging
import random

from oslo_policy import _checks, _parser

logging.disable(logging.CRITICAL)
random.seed(20)

CHECKS = [
    "@", "!", "role:admin", "role:MEMBER", "role:reader", "role:%(user_id)s", "project_id:%(project_id)s", "user_id:%(user_id)s",
    "project_id:p1", "user_id:u2", "is_admin:True", "is_admin:False", "roles:member", "True:True", "None:None", "'p1':%(project_id)s",
    '"u1":%(user_id)s', "5:5", "-5:5", "project_id:%(nothing)s", "nothing:%(project_id)s", "user_id:u%%", "user_id:%(user_id)s%%",
    "user_domain_id:%(project_id)s", "project_id:p%(user_id)s", "rule:owner", "rule:lost", "rule:admin", "domain_id:d1",
]
BROKEN = ["", " ", "and", "role", "(role:admin", "role:admin)", "role:admin role:member", "not", "()", "role:admin or", "or role:admin",
          "not not", "a b", "( )", "role:admin and (or role:member)"]
RULES = {"owner": "project_id:%(project_id)s or is_admin:True", "admin": "role:admin"}


class Enforcer:
    rules = {name: _parser.parse_rule(text) for name, text in RULES.items()}


def expression(depth):
    kind = random.random()
    if depth == 0 or kind < 0.25:
        return random.choice(CHECKS)
    if kind < 0.4:
        return random.choice(["not ", "NOT  "]) + expression(depth - 1)
    if kind < 0.6:
        return random.choice(["(", "( ", "(("]).ljust(1) + expression(depth - 1) + ")"
    return expression(depth - 1) + random.choice([" and ", " or ", " AND ", "  Or\t"]) + expression(depth - 1)


def alternatives():
    return [random.choice([random.choice(CHECKS), random.choices(CHECKS, k=random.randint(0, 3))]) for _ in range(random.randint(0, 3))]


def question():
    roles = random.sample(["admin", "Member", "reader", "u1"], random.randint(0, 3))
    creds = {"user_id": random.choice(["u1", "u2", "u%"]), "project_id": random.choice(["p1", "pu1"]), "roles": roles,
             "user_domain_id": "d1", "domain_id": "d1", "is_admin": "admin" in roles}
    return creds, {"project_id": random.choice(["p1", "d1"]), "user_id": random.choice(["u1", "u2"])}


def main():
    cases = []
    for rule in BROKEN + CHECKS + [expression(4) for _ in range(500)] + [alternatives() for _ in range(60)]:
        creds, target = question()
        check = _parser.parse_rule(rule)
        # A lone word is read as a text, which cannot be asked: what breaks refuses.
        verdict = callable(check) and bool(_checks._check(check, target, creds, Enforcer(), None))
        cases.append({"rule": rule, "creds": creds, "target": target, "verdict": verdict})
    print("{\n\"rules\": " + json.dumps(RULES) + ",\n\"cases\": [")
    print(",\n".join(json.dumps(case) for case in cases) + "\n]}")


main()
