"""`lorikeet doctor` and its report."""
import json

import lorikeet


def doctor(*arguments):
    return lorikeet.run("doctor", *arguments)


def examined(*arguments):
    """The report as JSON, with its findings as {(subject, check): finding}."""
    result = doctor("--json", *arguments)
    assert result.stderr == ""
    line, = result.stdout.splitlines()
    report = json.loads(line)
    findings = {(finding["subject"], finding["check"]): finding for finding in report["findings"]}
    return result.returncode, report, findings
