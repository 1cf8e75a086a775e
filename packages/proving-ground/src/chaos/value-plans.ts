import { jsonDocumentModel, timeSeriesModel, vectorSetModel } from '../values/module-models.js';
import {
  hashModel,
  jsonModel,
  listModel,
  setModel,
  stringModel,
  type ValueModel,
  zsetModel,
} from '../values/value-model.js';

type Names = readonly [string, ...string[]];
type Models = readonly [ValueModel, ...ValueModel[]];

/**
 * Sizes of the metadata sets. The last two sets are stored member by member: the fleet's
 * limit is set to 200 members.
 */
const SETS = [5, 8, 13, 21, 34, 55, 400, 900];

/**
 * The values of a run: small ones, large ones whose elements have their own documents, one that is
 * renamed, one that changes its type, and those of modules if the server has them. Then similar ones
 * under rules; see chaos-rules.ts.
 */
export const valuePlans = (isKnown: (model: ValueModel) => boolean): (readonly [Names, ...Models])[] =>
  allPlans().filter(([, ...models]) => models.every(isKnown));

const allPlans = (): (readonly [Names, ...Models])[] => [
  ...SETS.map((size, i) => [[`orders:info:tags-${i}`], setModel(size)] as const),
  [['user:1'], hashModel(6)],
  [['user:2'], hashModel(12)],
  [['users:all'], hashModel(400)],
  [['scores'], zsetModel(8)],
  [['scores:all'], zsetModel(300)],
  [['recent'], listModel(7)],
  [['recent:all'], listModel(260)],
  [['page:1'], stringModel(60)],
  [['page:2'], stringModel(200_000)],
  [['colors'], setModel(9)],
  [['draft', 'published'], hashModel(5)],
  [['anything'], stringModel(40), hashModel(4), zsetModel(3), listModel(5)],
  [['profile:1'], hashModel(7)],
  [['profile:all'], hashModel(300)],
  [['profile:2', 'profile:3'], hashModel(5)],
  [['board:1'], zsetModel(6)],
  [['board:all'], zsetModel(240)],
  [['feed:1'], listModel(6)],
  [['feed:all'], listModel(250)],
  [['labels:1'], setModel(8)],
  [['labels:all'], setModel(230)],
  [['product:1'], jsonDocumentModel()],
  [['places'], vectorSetModel(5)],
  [['places:all'], vectorSetModel(220)],
  [['meter'], timeSeriesModel(10)],
  [['meter:all'], timeSeriesModel(230)],
  [['flag:dark'], jsonModel(30)],
  [['something'], stringModel(40), hashModel(4), zsetModel(3), listModel(5)],
];
