/**
 * How the database came to its present form; the number of the last one applied stands in
 * `user_version`. A migration that was released is never edited.
 */
export const migrations: readonly string[] = [
  // Text compares as the bytes of UTF-8 (collation BINARY). The log has no rowid, else
  // "insert or replace" could name another entry's rowid and slip past the triggers.
  `
  create table documents (
    collection text not null,
    key text not null,
    version integer not null,
    value text not null,
    primary key (collection, key)
  ) strict;

  create table entries (
    log text not null,
    idx integer not null,
    value text not null,
    primary key (log, idx)
  ) strict, without rowid;

  create trigger entries_grow_at_the_end before insert on entries
  when new.idx <> (select coalesce(max(idx) + 1, 0) from entries where log = new.log)
  begin select raise(abort, 'a log grows at its end only'); end;

  create trigger entries_never_change before update on entries
  begin select raise(abort, 'a log never changes'); end;

  create trigger entries_never_go before delete on entries
  begin select raise(abort, 'a log is never cut'); end;
  `,
]
