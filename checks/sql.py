"""What PostgreSQL is asked, as one statement for the cluster and one for the data; each answers one JSON object.

Neither shows a row: names of roles, tables and columns, settings, and counts are all that leaves the server.
"""

from __future__ import annotations

_SETTINGS = (
    "archive_mode",
    "archive_timeout",
    "autovacuum",
    "data_checksums",
    "fsync",
    "full_page_writes",
    "listen_addresses",
    "log_min_duration_statement",
    "log_min_error_statement",
    "log_parameter_max_length",
    "log_statement",
    "max_connections",
    "password_encryption",
    "pgaudit.log",
    "pgaudit.log_parameter",
    "pgaudit.log_statement",
    "port",
    "shared_buffers",
    "shared_preload_libraries",
    "ssl",
    "ssl_min_protocol_version",
    "synchronous_commit",
    "work_mem",
)
_LIST = ", ".join(f"'{name}'" for name in _SETTINGS)
# Views that read all settings, or the files again, are read once.
_CLUSTER = f"""
WITH known AS MATERIALIZED (SELECT name, setting, pending_restart FROM pg_settings),
 files AS MATERIALIZED (SELECT sourcefile, name, error FROM pg_file_settings)
SELECT json_build_object(
 'version', current_setting('server_version_num')::int,
 'started', extract(epoch FROM pg_postmaster_start_time()),
 'settings', (SELECT json_object_agg(name, setting) FROM known WHERE name IN ({_LIST})),
 'pending', (SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM known WHERE pending_restart),
 'file_errors', (SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM files
   WHERE error IS NOT NULL AND error <> 'setting could not be applied'),
 'hba', (SELECT coalesce(json_agg(json_build_object('type', type, 'database', database, 'user', user_name,
   'address', address, 'method', auth_method, 'error', error) ORDER BY line_number), '[]')
   FROM pg_hba_file_rules),
 'roles', (SELECT json_agg(json_build_object('name', rolname, 'super', rolsuper, 'login', rolcanlogin,
   'createrole', rolcreaterole, 'bypass', rolbypassrls, 'password', CASE WHEN rolpassword IS NULL THEN 'none'
   WHEN rolpassword LIKE 'SCRAM-SHA-256$%' THEN 'scram' ELSE 'weak' END) ORDER BY rolname)
   FROM pg_authid WHERE rolname !~ '^pg_'),
 'stale', (SELECT pg_conf_load_time() < max((pg_stat_file(path)).modification) FROM unnest(ARRAY[
   current_setting('config_file'), current_setting('hba_file'), current_setting('ident_file')] || coalesce((
   SELECT array_agg(DISTINCT sourcefile) FROM files WHERE sourcefile NOT LIKE
   '%postgresql.auto.conf'), '{{}}')) AS path),
 'archiver', (SELECT json_build_object('archived', archived_count, 'failed', failed_count,
   'last', extract(epoch FROM last_archived_time), 'last_failed', extract(epoch FROM last_failed_time))
   FROM pg_stat_archiver),
 'waiting', (SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'),
 'xid_age', (SELECT max(age(datfrozenxid)) FROM pg_database),
 'checksum_failures', (SELECT sum(checksum_failures) FROM pg_stat_database),
 'databases', (SELECT json_agg(datname ORDER BY datname) FROM pg_database WHERE NOT datistemplate))"""  # noqa: S608

# Tables that hold a row; columns that the guard of the grant keeps empty; what each column is called; who may read
# what; columns whose reading pgaudit notes; the analysts' views, and what else their role could read.
_DATA = """
WITH ours AS (SELECT c.oid, n.nspname, c.relname, c.relkind, c.relowner, c.relacl FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'),
 tables AS (SELECT * FROM ours WHERE nspname = 'backbone' AND relkind IN ('r', 'p')),
 columns AS (SELECT o.oid, o.nspname, o.relname, a.attname, a.attacl FROM ours o
  JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped),
 analyst AS (SELECT oid FROM pg_roles WHERE rolname = 'backbone_analyst')
SELECT json_build_object(
 'tables', (SELECT coalesce(json_agg(relname ORDER BY relname), '[]') FROM tables
   WHERE query_to_xml(format('SELECT 1 FROM backbone.%I LIMIT 1', relname), false, true, '')::text <> ''),
 'guards', (SELECT coalesce(json_object_agg(relname, held), '{}') FROM (SELECT t.relname, json_agg(a.attname
   ORDER BY a.attname) FILTER (WHERE a.attname IS NOT NULL) AS held FROM tables t
   LEFT JOIN pg_constraint g ON g.conrelid = t.oid AND g.conname = 'not_granted' AND g.convalidated
   LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (g.conkey) GROUP BY t.relname) AS guarded),
 'columns', (SELECT coalesce(json_object_agg(relname, names), '{}') FROM (SELECT relname, json_agg(attname
   ORDER BY attname) AS names FROM columns WHERE nspname = 'backbone' GROUP BY relname) AS named),
 'rights', (SELECT coalesce(json_agg(DISTINCT coalesce(r.rolname, 'PUBLIC') || ' ' || lower(x.privilege_type) || ' '
   || o.nspname), '[]') FROM ours o, aclexplode(o.relacl) x LEFT JOIN pg_roles r ON r.oid = x.grantee
   WHERE x.grantee <> o.relowner),
 'connect', (SELECT coalesce(json_agg(DISTINCT coalesce(r.rolname, 'PUBLIC')), '[]') FROM pg_database d,
   aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) x LEFT JOIN pg_roles r ON r.oid = x.grantee
   WHERE d.datname = current_database() AND x.privilege_type = 'CONNECT' AND x.grantee <> d.datdba),
 'audit_role', current_setting('pgaudit.role', true),
 'audited', (SELECT coalesce(json_object_agg(relname, names), '{}') FROM (SELECT c.relname, json_agg(c.attname
   ORDER BY c.attname) AS names FROM columns c WHERE c.nspname = 'backbone' AND EXISTS (SELECT FROM
   aclexplode(c.attacl) x JOIN pg_roles r ON r.oid = x.grantee WHERE r.rolname = current_setting('pgaudit.role', true)
   AND x.privilege_type = 'SELECT') GROUP BY c.relname) AS noted),
 'views', (SELECT coalesce(json_object_agg(relname, names), '{}') FROM (SELECT relname, json_agg(attname
   ORDER BY attname) AS names FROM columns WHERE nspname = 'analyst' GROUP BY relname) AS shown),
 'analyst', (SELECT json_agg(o.nspname || '.' || o.relname ORDER BY 1) FROM ours o, analyst
   WHERE o.nspname <> 'analyst' AND (has_table_privilege(analyst.oid, o.oid, 'SELECT')
   OR has_any_column_privilege(analyst.oid, o.oid, 'SELECT'))
   AND has_schema_privilege(analyst.oid, o.nspname, 'USAGE')))"""

CLUSTER = " ".join(_CLUSTER.split())
DATA = " ".join(_DATA.split())
