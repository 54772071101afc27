/** The limit for any answer: Hono in workerd, nothing else. */
import { Hono } from 'hono';

const app = new Hono();
app.get('/', (c) => c.text('hello'));

export default app;
