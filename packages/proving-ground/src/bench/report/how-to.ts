/** How a reader runs the benchmark, and builds the rival: the end of the page. */
export const HOW_TO = `## Run it yourself

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
