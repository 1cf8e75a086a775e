import type { BenchResult } from '../bench-result.js';
import { failureLines, machineLines } from './report-text.js';
import { markdownTable } from './table.js';
import { tablesOf } from './tables.js';

const HEAD = `# Benchmarks

<!-- Written by the benchmark: \`npm run bench -- --write-docs\`. Change packages/proving-ground/src/bench/report instead. -->

All figures are medians over the repetitions, with the lowest and the highest in parentheses. All contestants ran in turn on one machine.
After each run, the benchmark checked that every entry is there. The fleet's first run of each load was compared byte for byte.

| Contestant | What it is |
| --- | --- |
| the fleet | The real one: a scheduler, one worker, and the queue in a separate database of the same Redis. Its time runs from the moment when the keys exist (a sweep finds them) until all positions are saved. |
| the limit | A bare loop in one process with the same drivers: XRANGE COUNT 5000, map, unordered insertMany, with the next read during the write. It saves no position and survives no crash. For growing streams (latency, kill -9, idle): a blocking XREAD over all streams, for entries after its start. |
| the old engine's way | One XREAD over all streams, one insert per message, then the position; rewritten from its description. It gets only the first entries of each load, so that it ends; its rate is not scaled. For growing streams it polls every second, as it did. |
| Redpanda Connect | Reads by consumer groups and inserts. The end of this page explains how to build it. |
| the bare loop | For small values: SCAN, TYPE, the value and PTTL in pipelines of a thousand, two documents per key by unordered insertMany, with the next read during the write. |
| once | The command, including Node's start. |

CPU seconds per million entries are those of the contestant's own processes; Redis and MongoDB have separate columns. On a small machine,
the MongoDB-compatible server takes most of the CPU, so the rates depend on it as much as on the contestants. CPU per million is
the figure to compare between machines. Peak memory is the sum of the contestant's processes.
`;

const PICTURE =
  '![Entries per second, CPU, latency, and entries missing or doubled after kill -9](assets/benchmarks.svg)\n';

const ROUGH = '**These figures are rough**: small loads end before everything is warmed up.';

/** The result as the page docs/benchmarks.md. */
export function reportPage(result: BenchResult): string {
  const machine = machineLines(result).map((line) => `- ${line}`);
  const rough = result.size === 'full' || result.size === 'large' ? [] : [ROUGH];
  const notes = [...rough, ...result.notes, ...failureLines(result)].map((note) => `- ${note}`);
  const tables = tablesOf(result).map((table) =>
    [`## ${table.title}`, '', table.about, '', ...markdownTable(table), ''].join('\n'),
  );
  return [HEAD, PICTURE, [...machine, ...notes].join('\n'), '', ...tables, HOW_TO].join('\n');
}

/** How a reader runs the benchmark, and builds the rival: the end of the page. */
const HOW_TO = `## Run it yourself

| Command | Effect |
| --- | --- |
| \`npm run bench\` | measures everything and prints these tables |
| \`npm run bench -- --write-docs\` | also writes this page and its picture |
| \`--only PARTS\` | measures only some parts |
| \`--quick\` | small sizes |
| \`--size large\` | also a million keys |

A measurement that fails is listed above. It does not affect the others.

Redpanda Connect is measured if \`redpanda-connect\` or \`rpk\` is on the PATH. Go builds a small one, with only the two
connectors that are needed, in some minutes. This is its complete main.go:

\`\`\`go
package main

import (
	"context"

	"github.com/redpanda-data/benthos/v4/public/service"

	_ "github.com/redpanda-data/benthos/v4/public/components/io"
	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	_ "github.com/redpanda-data/connect/v4/public/components/mongodb"
	_ "github.com/redpanda-data/connect/v4/public/components/redis"
)

func main() { service.RunCLI(context.Background()) }
\`\`\`

\`\`\`sh
go mod init rival
go get github.com/redpanda-data/benthos/v4@v4.78.0 github.com/redpanda-data/connect/v4@v4.105.0
go mod tidy && go build -o redpanda-connect .
PATH="$PWD:$PATH" npm run bench # in this repository
\`\`\`

Its settings are in [rivals/redpanda-connect.yaml](../packages/proving-ground/rivals/redpanda-connect.yaml). It inserts, so an entry that
was not acknowledged before a kill is there twice. With a computed \`_id\` and plain inserts, it stops at the first
duplicate. With an upsert per entry, it is slower.
`;
