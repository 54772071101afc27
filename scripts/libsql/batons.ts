import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { HttpError } from './errors.ts';

/** Makes and checks batons: stream and turn, signed with a key that only this process knows. */
export class Batons {
  readonly #key = randomBytes(32);

  seal(streamId: number, turn: number): string {
    const payload = `${streamId}.${turn}`;
    return `${payload}.${this.#sign(payload)}`;
  }

  /** Throws a 400 unless this process made the baton. */
  open(baton: string): { streamId: number; turn: number } {
    const [streamId = '', turn = '', mac = ''] = baton.split('.');
    const expected = Buffer.from(this.#sign(`${streamId}.${turn}`));
    const given = Buffer.from(mac);
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) {
      throw new HttpError(400, 'BATON_INVALID', 'The baton is not one of this server.');
    }
    return { streamId: Number(streamId), turn: Number(turn) };
  }

  #sign(payload: string): string {
    return createHmac('sha256', this.#key).update(payload).digest('base64url');
  }
}
