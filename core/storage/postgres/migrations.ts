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
  // One statement there and back, and one answer: what is sent as several wakes both sides at each,
  // and the slowest of a hundred commits took half as long again. Each statement within sees what was
  // committed before it, so also what stood when the locks were had; that needs READ COMMITTED.
  `
  create function atomic.write_if_expected(
    sync text, space int, stripes int[],
    collections text[], keys text[], versions bigint[], logs text[], sizes bigint[],
    put_collections text[], put_keys text[], put_versions bigint[], put_values text[],
    gone_collections text[], gone_keys text[],
    more_logs text[], more_indexes bigint[], more_values text[]
  ) returns boolean language plpgsql as $$
  begin
    if current_setting('transaction_isolation') <> 'read committed' or current_setting('transaction_read_only') = 'on' then
      return false;
    end if;
    perform set_config('synchronous_commit', sync, true), set_config('lock_timeout', '10s', true);
    perform pg_advisory_xact_lock(space, stripe) from unnest(stripes) as stripe;
    if exists (
      select from unnest(collections, keys, versions) as asked (collection, key, version)
      where asked.version <> coalesce(
        (select version from atomic.documents d where d.collection = asked.collection and d.key = asked.key limit 1), 0)
    ) or exists (
      select from unnest(logs, sizes) as asked (log, size)
      where asked.size <> coalesce(
        (select idx from atomic.entries e where e.log = asked.log order by idx desc limit 1) + 1, 0)
    ) then
      return false;
    end if;
    if cardinality(put_keys) > 0 then
      insert into atomic.documents (collection, key, version, value)
      select * from unnest(put_collections, put_keys, put_versions, put_values)
      on conflict (collection, key) do update set version = excluded.version, value = excluded.value;
    end if;
    if cardinality(gone_keys) > 0 then
      delete from atomic.documents d using unnest(gone_collections, gone_keys) as gone (collection, key)
      where d.collection = gone.collection and d.key = gone.key;
    end if;
    if cardinality(more_logs) > 0 then
      insert into atomic.entries (log, idx, value) select * from unnest(more_logs, more_indexes, more_values);
    end if;
    return true;
  end $$;
  `,
]
