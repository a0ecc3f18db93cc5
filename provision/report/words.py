"""The words of a report for statuses and their kin; each is translated where it is shown."""

from __future__ import annotations

from provision.i18n import N_

STATUS = {
    "pass": N_("met"),
    "warning": N_("warning"),
    "attested": N_("attested"),
    "not_applicable": N_("not applicable"),
    "waived": N_("waived"),
    "fail": N_("not met"),
    "error": N_("not measured"),
}
BASIS = {"minimum": N_("minimum"), "interpretation": N_("interpretation"), "recommended": N_("recommended")}
SEVERITY = {"critical": N_("critical"), "high": N_("high"), "medium": N_("medium"), "low": N_("low")}
LEVEL = {"kabupaten_kota": N_("kabupaten/kota"), "provinsi": N_("province")}
