#!/usr/bin/env python3
"""The Yahoo Streaming Benchmark as a query of DuckDB: one thread, only the columns it needs, one pass over the file.

usage: ysb_duckdb.py EVENTS ADS
Rows "window start in ms,campaign,count" on stdout, {"seconds": .., "cpu_seconds": ..} on stderr.

Both times are those of the query alone, without the start of Python and the import of DuckDB.
"""
import json
import sys
import time

import duckdb

QUERY = """
SELECT CAST(event_time AS BIGINT) // 10000 * 10000 AS window_start, campaign_id, COUNT(*) AS n
FROM read_json(?, format = 'newline_delimited',
               columns = {ad_id: 'VARCHAR', event_type: 'VARCHAR', event_time: 'VARCHAR'}) AS events
JOIN read_csv(?, header = false, columns = {'ad_id': 'VARCHAR', 'campaign_id': 'VARCHAR'}) AS ads USING (ad_id)
WHERE event_type = 'view'
GROUP BY ALL
ORDER BY ALL
"""


def main(events, ads):
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    start, start_cpu = time.perf_counter(), time.process_time()
    rows = connection.execute(QUERY, [events, ads]).fetchall()
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - start_cpu
    for window_start, campaign, count in rows:
        print(f"{window_start},{campaign},{count}")
    report = {"seconds": seconds, "cpu_seconds": cpu_seconds, "version": duckdb.__version__}
    print(json.dumps(report), file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
