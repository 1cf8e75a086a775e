export { bad, type Cell, colored, counted, grouped } from '@redis-to-mongo/terminal';
