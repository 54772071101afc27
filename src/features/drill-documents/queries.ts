import { concat } from '../../lib/bytes.ts';
import type { CommandContext } from '../../lib/context.ts';
import type { DocumentPicture } from '../../lib/document.ts';
import { pictureSize } from '../../lib/picture-size.ts';
import type { Storage } from '../../lib/storage.ts';
import { listSubjectFiles, partsOf, readBytes, type AttachedFile } from '../files/queries.ts';
import { isInDocument } from './policy.ts';

/**
 * The photos of a drill for its Word file, in their order: with their bytes as far as they fit, by name otherwise.
 * @param storage undefined where the deployment stores no files.
 */
export async function readPictures(
  ctx: Pick<CommandContext, 'db' | 'keys'>,
  drillId: string,
  storage: Storage | undefined,
): Promise<DocumentPicture[]> {
  const photos = await listSubjectFiles(ctx, 'drill', drillId);
  const pictures: DocumentPicture[] = [];
  let bytesTaken = 0;
  for (const photo of photos) {
    const fits = storage && isInDocument(photo, bytesTaken);
    const image = fits ? await imageOf(ctx, storage, photo) : undefined;
    if (image) bytesTaken += photo.size;
    pictures.push({
      caption: image ? photo.name : `${photo.name}（没有放进来，在档案里）`,
      ...(image ? { image } : {}),
    });
  }
  return pictures;
}

/** Undefined for what the store has lost or what is no picture: the words of a report are had without it. */
async function imageOf(
  ctx: Pick<CommandContext, 'db'>,
  storage: Storage,
  { id }: AttachedFile,
): Promise<DocumentPicture['image']> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of readBytes({ storage }, await partsOf(ctx, id))) pieces.push(piece);
  } catch {
    return undefined;
  }
  const bytes = concat(pieces);
  const size = pictureSize(bytes);
  return size && { bytes, ...size };
}
