import type { Participant } from '~/api';
import type { MeetingVideo, VideoQuality } from './meeting';

export interface Tile {
  participant: Participant;
  camera?: MeetingVideo;
}

export interface Stage {
  /** The screen that is shared, and its publisher. */
  screen?: { video: MeetingVideo; participant: Participant };
  tiles: readonly Tile[];
  /** Number of pages of tiles, at least 1. */
  pages: number;
  /** The page shown, from 0. */
  page: number;
}

/**
 * The tiles of a page: participants with a camera first, then in order of joining. A speaker of another page takes the
 * last place of the first page, so that no other tile moves. `size`: tiles of a page.
 */
export function arrange(
  participants: readonly Participant[],
  videos: readonly MeetingVideo[],
  { speaking, page, size }: { speaking: string | null; page: number; size: number },
): Stage {
  const others = participants.filter((each) => !each.own && each.state === 'in');
  const camera = (each: Participant) =>
    videos.find((video) => video.participant === each.id && video.source === 'camera');
  const screen = videos.find((each) => each.source === 'screen' && others.some(({ id }) => id === each.participant));
  const tiles = others
    .map((participant) => ({ participant, camera: camera(participant) }))
    .sort((a, b) => Number(Boolean(b.camera)) - Number(Boolean(a.camera)));
  const speaker = tiles.findIndex((each) => each.participant.id === speaking);
  if (speaker >= size) tiles.splice(size - 1, 0, ...tiles.splice(speaker, 1));
  const pages = Math.max(1, Math.ceil(tiles.length / size));
  const shown = Math.min(page, pages - 1);
  return {
    screen: screen && { video: screen, participant: others.find(({ id }) => id === screen.participant)! },
    tiles: tiles.slice(shown * size, (shown + 1) * size),
    pages,
    page: shown,
  };
}

/** Tiles of a page up to which each is large. */
const MAX_LARGE_TILES = 4;

/** The quality of each video that a stage shows: good for a screen and for few tiles. */
export function qualities({ screen, tiles }: Stage): ReadonlyMap<string, VideoQuality> {
  const quality = screen || tiles.length > MAX_LARGE_TILES ? 'low' : 'high';
  const wanted = new Map<string, VideoQuality>();
  for (const { camera } of tiles) if (camera) wanted.set(camera.id, quality);
  if (screen) wanted.set(screen.video.id, 'high');
  return wanted;
}
