/** How a reader runs the benchmark, and builds the rival: the end of the page. */
export const HOW_TO = `## Run it yourself

\`npm run bench\` measures everything and prints these tables; \`--write-docs\` writes this page and its picture, \`--only\`
takes some parts, \`--quick\` small sizes, \`--size large\` a million keys, too. A measurement that fails is named above, and the others stay.

Redpanda Connect takes part where \`redpanda-connect\` or \`rpk\` is on the PATH. A small one, with nothing but the two ends that are
needed, is built by Go in some minutes. This is all of its main.go:

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

How it is set is in [rivals/redpanda-connect.yaml](../packages/proving-ground/rivals/redpanda-connect.yaml). It inserts, so that an entry that
it had not acknowledged when it was killed is there twice. With an \`_id\` of its own and plain inserts it stands still at the first
duplicate; with an upsert each it is slower.
`;
