import { statementErrorContract } from '../../testing/contracts/statement-errors.js';
import { openSqlite } from './sqlite.js';

statementErrorContract('SQLite', async () => openSqlite(':memory:'));
