#!/usr/bin/python3
"""Reads an install script as PostgreSQL's parser does, and says where somebody else's object could get into it.

    test/lint_script.py SCRIPT.sql

An extension's script is run by a superuser in a schema where others may have created objects (CVE-2022-2625), and its
functions are run by anybody under any search_path. So:
* nothing is created OR REPLACE or IF NOT EXISTS: what is there already is not ours;
* what the script creates it names with @extschema@;
* what the script evaluates, and what the bodies of its SQL and PL/pgSQL functions say, names functions, operators and
  tables with their schema, unless the script or the function sets a search_path that only holds pg_catalog;
* no DO block, no SECURITY DEFINER; and each function says its volatility, strictness, parallel safety and cost.
A body in standard form (BEGIN ATOMIC) is bound when the script runs, so it counts as evaluated by the script.
"""
import re
import sys

from pglast import ast, parse_plpgsql, parse_sql
from pglast.enums import A_Expr_Kind, ObjectType
from pglast.visitors import Visitor

SCHEMA = "extschema_of_the_script"
STATED = {"volatility": "volatility", "strict": "strictness", "parallel": "parallel safety", "cost": "cost"}
SAFE_SCHEMAS = {"pg_catalog", "pg_temp"}
findings = []


class Script:
    """The text, without psql's commands and with a schema's name for @extschema@, at unchanged line numbers."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"^\\.*$", "", file.read(), flags=re.M)
        self.path = path
        self.text = text.replace("@extschema@", SCHEMA)

    def line(self, byte_offset):
        return self.text.encode()[:byte_offset].count(b"\n") + 1


def report(script, line, what):
    findings.append(f"{script.path}:{line}: {what}")


def strings(names):
    return [name.sval for name in names or ()]


def only_safe(set_stmt):
    """Whether SET search_path = ... names nothing but schemas that others cannot put objects into."""
    values = {arg.val.sval for arg in set_stmt.args or () if isinstance(arg.val, ast.String)}
    return "pg_catalog" in values and values <= SAFE_SCHEMAS


class Unqualified(Visitor):
    """Calls found(what) for each name that is looked up along the search_path."""

    def __init__(self, found):
        super().__init__()
        self.found = found
        self.ctes = set()

    def visit_SelectStmt(self, ancestors, node):
        if node.withClause is not None:
            self.ctes.update(cte.ctename for cte in node.withClause.ctes)

    visit_InsertStmt = visit_UpdateStmt = visit_DeleteStmt = visit_SelectStmt

    def visit_FuncCall(self, ancestors, node):
        if len(node.funcname) == 1:
            self.found(f"function {node.funcname[0].sval}")

    def visit_A_Expr(self, ancestors, node):
        if len(node.name or ()) == 1:
            kind = A_Expr_Kind(node.kind).name.removeprefix("AEXPR_")
            self.found(f"operator {node.name[0].sval}" + ("" if kind.startswith("OP") else f" ({kind})"))

    def visit_CaseExpr(self, ancestors, node):
        if node.arg is not None:
            self.found("operator = of CASE value WHEN")

    def visit_JoinExpr(self, ancestors, node):
        if node.isNatural or node.usingClause:
            self.found("operator = of JOIN USING")

    def visit_SubLink(self, ancestors, node):
        if node.testexpr is not None and len(node.operName or ()) < 2:
            self.found("operator of IN (SELECT)")

    def visit_RangeVar(self, ancestors, node):
        if node.schemaname is None and node.relname not in self.ctes:
            self.found(f"table {node.relname}")

    def visit_TypeName(self, ancestors, node):
        if len(node.names or ()) == 1 and node.names[0].sval.startswith("icp_"):
            self.found(f"type {node.names[0].sval}")


def plpgsql_queries(node):
    """The SQL in a parsed PL/pgSQL function."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "query" and isinstance(value, str):
                yield value
            else:
                yield from plpgsql_queries(value)
    elif isinstance(node, list):
        for item in node:
            yield from plpgsql_queries(item)


def parse_fragment(text):
    """A PL/pgSQL expression is a statement, an assignment, or what follows SELECT."""
    for candidate in (text, "SELECT " + text, "SELECT " + text.partition(":=")[2]):
        try:
            return parse_sql(candidate)
        except Exception:
            continue
    raise ValueError(f"cannot parse \"{text}\"")


def check_body(script, line, name, language, body, source):
    def found(what):
        report(script, line, f"{name}: its body names {what} without a schema")

    try:
        if language == "sql":
            trees = [parse_sql(body)]
        else:
            trees = [parse_fragment(query) for query in plpgsql_queries(parse_plpgsql(source))]
    except Exception as error:
        report(script, line, f"{name}: cannot read its body: {error}")
        return
    for tree in trees:
        Unqualified(found)(tree)


def check_function(script, line, stmt, source, script_is_safe):
    name = strings(stmt.funcname)[-1]
    options = {}
    sets_path = False
    for option in stmt.options or ():
        options[option.defname] = option.arg
        if option.defname == "set" and option.arg.name == "search_path":
            sets_path = only_safe(option.arg)
    is_trigger = stmt.returnType is not None and strings(stmt.returnType.names)[-1].endswith("trigger")
    for option, what in STATED.items():
        if option not in options and not stmt.is_procedure and not is_trigger:
            report(script, line, f"{name}: does not state its {what}")
    if "security" in options and options["security"].boolval:
        report(script, line, f"{name}: SECURITY DEFINER")
    language = options["language"].sval if "language" in options else "sql"
    if stmt.sql_body is not None:
        if not script_is_safe:
            Unqualified(lambda what: report(script, line, f"{name}: names {what} without a schema"))(stmt.sql_body)
    elif language in ("sql", "plpgsql") and not sets_path:
        check_body(script, line, name, language, options["as"][0].sval, source)
    for parameter in stmt.parameters or ():
        if parameter.defexpr is not None and not script_is_safe:
            Unqualified(lambda what: report(script, line, f"{name}: names {what} without a schema"))(parameter.defexpr)


def created(stmt):
    """The name, with its schema if it has one, of what a statement creates; None if it creates nothing with a name."""
    if isinstance(stmt, ast.CreateFunctionStmt):
        return strings(stmt.funcname)
    if isinstance(stmt, ast.DefineStmt):
        return strings(stmt.defnames)
    if isinstance(stmt, ast.CreateOpClassStmt):
        return strings(stmt.opclassname)
    if isinstance(stmt, ast.CreateOpFamilyStmt):
        return strings(stmt.opfamilyname)
    if isinstance(stmt, (ast.CreateEnumStmt, ast.CreateRangeStmt)):
        return strings(stmt.typeName)
    if isinstance(stmt, ast.CreateDomainStmt):
        return strings(stmt.domainname)
    relation = {
        ast.CreateStmt: "relation", ast.ViewStmt: "view", ast.CreateSeqStmt: "sequence", ast.CompositeTypeStmt: "typevar",
    }.get(type(stmt))
    if relation is not None:
        relation = getattr(stmt, relation)
        return [name for name in (relation.schemaname, relation.relname) if name]
    return None


def check(script):
    script_is_safe = False
    statements = parse_sql(script.text)
    raw = script.text.encode()
    for number, statement in enumerate(statements):
        start, stmt = statement.stmt_location, statement.stmt
        source = raw[start:start + statement.stmt_len].decode() if statement.stmt_len else raw[start:].decode()
        start += len(source) - len(re.sub(r"\A(\s|--[^\n]*\n|/\*.*?\*/)*", "", source, flags=re.S))
        line = script.line(start)

        if isinstance(stmt, ast.VariableSetStmt) and stmt.name == "search_path":
            script_is_safe = only_safe(stmt)
        if getattr(stmt, "replace", False):
            report(script, line, "OR REPLACE")
        if getattr(stmt, "if_not_exists", False):
            report(script, line, "IF NOT EXISTS")
        if isinstance(stmt, ast.DoStmt):
            report(script, line, "a DO block")

        name = created(stmt)
        if name is not None and name[:-1] != [SCHEMA]:
            report(script, line, f"{'.'.join(name)} is created without @extschema@")
        is_operator = isinstance(stmt, ast.DefineStmt) and stmt.kind == ObjectType.OBJECT_OPERATOR
        if name is not None and not is_operator and not name[-1].startswith("icp_"):
            report(script, line, f"{name[-1]} is not named icp_...")

        if isinstance(stmt, ast.CreateFunctionStmt):
            check_function(script, line, stmt, source, script_is_safe)
        elif isinstance(stmt, (ast.CreateStmt, ast.ViewStmt, ast.AlterTableStmt, ast.SelectStmt, ast.InsertStmt,
                               ast.UpdateStmt, ast.DeleteStmt, ast.CreateTrigStmt, ast.IndexStmt)) and not script_is_safe:
            Unqualified(lambda what: report(script, line, f"names {what} without a schema"))(stmt)
    return len(statements)


if __name__ == "__main__":
    count = sum(check(Script(path)) for path in sys.argv[1:])
    print("\n".join(findings + [f"{count} statements read, {len(findings)} findings"]))
    sys.exit(1 if findings else 0)
