import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { BackupDrill, BackupFailure } from '~/api';

type Fault = BackupFailure['fault'];

/** The fault of a backup or drill, with one action. */
export const FAULTS: Record<Fault, MessageDescriptor> = {
  no_folder: msg`The directory of backups cannot be used. Check that its disk is there and that the server may write to it.`,
  not_written: msg`No backup could be made. Free disk space, and see the server's log.`,
  damaged: msg`The file is damaged. Make a new backup, and check the disk.`,
  not_restored: msg`It could not be restored for the trial. Free disk space, and check that the server can read its master key; with PostgreSQL, it also needs the right to create databases.`,
  keys: msg`The present master key does not open it. If the key was replaced, make a new backup.`,
  journal: msg`The erasure journal is older than the backup. Restore the latest copy of the journal.`,
  database: msg`Its database cannot be opened. Make a new backup, and see the server's log.`,
  values: msg`Some of its data has no key. Make a new backup, and try it.`,
  files: msg`Some sound or files are missing in it. Make a new backup, and try it.`,
  erased: msg`Something that was erased can be read in it. Delete this backup, and report the fault.`,
  interrupted: msg`The trial was interrupted. Try it again.`,
};

export type Drill = BackupDrill;

/** How often backups are made. */
export const INTERVALS = {
  never: msg`Never`,
  daily: msg`Every night`,
  weekly: msg`Every Sunday night`,
} satisfies Record<string, MessageDescriptor>;

export type Interval = keyof typeof INTERVALS;
