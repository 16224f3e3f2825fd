/**
 * How the schema came to its present form; the number of the last one applied stands in
 * `atomic.form`. A migration that was released is never edited.
 */
export const migrations: readonly string[] = [
  // Text, not jsonb, which would order keys anew. Collation "C" compares the bytes of UTF-8.
  // Triggers fire "always": also for a session that calls itself a replica.
  `
  create table atomic.form (version integer not null);
  insert into atomic.form values (0);

  create table atomic.documents (
    collection text collate "C" not null,
    key text collate "C" not null,
    version bigint not null,
    value text not null,
    primary key (collection, key)
  );

  create table atomic.entries (
    log text collate "C" not null,
    idx bigint not null check (idx >= 0),
    value text not null,
    primary key (log, idx)
  );

  create function atomic.refuse() returns trigger language plpgsql as $$
  begin
    raise exception '%', tg_argv[0] using errcode = 'restrict_violation';
  end $$;

  create trigger entries_never_change before update on atomic.entries
  for each statement execute function atomic.refuse('a log never changes');
  create trigger entries_never_go before delete or truncate on atomic.entries
  for each statement execute function atomic.refuse('a log is never cut');

  create function atomic.grow_at_the_end() returns trigger language plpgsql as $$
  begin
    if exists (
      select from added where idx > 0 and not exists (
        select from atomic.entries before where before.log = added.log and before.idx = added.idx - 1
      )
    ) then
      raise exception 'a log grows at its end only' using errcode = 'restrict_violation';
    end if;
    return null;
  end $$;

  create trigger entries_grow_at_the_end after insert on atomic.entries
  referencing new table as added
  for each statement execute function atomic.grow_at_the_end();

  alter table atomic.entries enable always trigger entries_never_change;
  alter table atomic.entries enable always trigger entries_never_go;
  alter table atomic.entries enable always trigger entries_grow_at_the_end;
  revoke update, delete, truncate on atomic.entries from public, current_user;
  `,
]
