-- Devices that sent flows, as they were last seen, with what decodes their first datagram after a restart. The memory is
-- json and not jsonb: it is only ever read as a whole, and texts of a device may hold what jsonb refuses.
create table vedette.exporters (
  address text primary key,
  name text not null,
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  protocols text[] not null,
  memory json not null
);
