using Microsoft.Data.Sqlite;

namespace DeviceAgent.Spool;

/// <summary>
/// The table of readings, in blocks. Nothing here begins or ends a transaction; who rolls one back says so by <see cref="Forget"/>.
/// </summary>
internal sealed class BlockTable(SqliteConnection connection) : IDisposable
{
    private const int KeysAtOnce = 32;
    private const string Every = "WHERE TRUE";
    private const string Critical = "INDEXED BY critical_blocks WHERE critical = 1";
    private const string Untimed = "INDEXED BY untimed_blocks WHERE untimed = 1";

    private readonly SqliteCommand _insert = connection.Prepare("INSERT INTO blocks (seq, critical, untimed, readings) VALUES ($seq, $critical, $untimed, $readings)");
    private readonly SqliteCommand _update = connection.Prepare("UPDATE blocks SET critical = $critical, untimed = $untimed, readings = $readings WHERE seq = $seq");
    private readonly SqliteCommand _updateReadings = connection.Prepare("UPDATE blocks SET readings = $readings WHERE seq = $seq");
    private readonly SqliteCommand _delete = connection.Prepare("DELETE FROM blocks WHERE seq = $seq");
    private readonly SqliteCommand _read = connection.Prepare("SELECT critical, untimed, readings FROM blocks WHERE seq = $seq");
    private readonly SqliteCommand _keyOf = connection.Prepare("SELECT max(seq) FROM blocks WHERE seq <= $seq");
    private readonly Dictionary<string, SqliteCommand> _keys = [];
    private readonly int _blockBytes = BlockCodec.Fit((int)(connection.Number("PRAGMA page_size") ?? SpoolSchema.PageBytes));
    private readonly BlockCache _cache = new();

    /// <summary>In the last block that was stored, compressed.</summary>
    private double _bytesPerRow;

    /// <summary>The last number in the table; null while it holds nothing.</summary>
    public long? Last => LastBlock?.Last;

    /// <summary>No reading has a number below this one; null while the table holds nothing.</summary>
    public long? First => connection.Number("SELECT min(seq) FROM blocks");

    /// <summary>What was changed since the transaction began is as it was.</summary>
    public void Forget() => _cache.Clear();

    /// <summary>Stores rows behind all others, by number. Few rows go into the last block while it has room: fewer pages are written.</summary>
    public void Insert(IReadOnlyList<SpoolRow> rows)
    {
        if (rows.Count == 0) return;
        var last = LastBlock;
        if (last is not null && rows[0].Sequence <= last.Last) throw BlockCodec.Damaged();
        if (last is not null && rows.Count < BlockCodec.MaxReadings / 4 && TryExtend(last, rows)) return;
        for (var from = 0; from < rows.Count;)
        {
            var count = BlockCodec.Fitting(rows, from);
            from += InsertBlock([.. rows.Skip(from).Take(count)]);
        }
    }

    public RowSize? SizeOf(long sequence) => Find(sequence) is { } block && block.IndexOf(sequence) is >= 0 and var at ? block.Rows[at].Size : null;

    /// <summary>Deletes readings; returns those that were there.</summary>
    public RowCounts Delete(IEnumerable<long> sequences)
    {
        var deleted = new RowCounts();
        ReadingBlock? block = null;
        var gone = new HashSet<int>();
        foreach (var sequence in sequences.Order())
        {
            if (block is null || sequence > block.Last)
            {
                Remove(block, gone);
                (block, gone) = (Find(sequence), []);
            }

            if (block is null || block.IndexOf(sequence) is var at && (at < 0 || !gone.Add(at))) continue;
            deleted.Add(block.Rows[at].Size);
        }

        Remove(block, gone);
        return deleted;
    }

    /// <summary>Deletes what has this number or a higher one.</summary>
    public void DeleteFrom(long sequence)
    {
        connection.Execute("DELETE FROM blocks WHERE seq >= $seq", ("$seq", sequence));
        Forget();
        if (Find(sequence) is { } block && block.Last >= sequence) Replace(block, [.. block.Rows.Where(r => r.Sequence < sequence)]);
    }

    /// <summary>Readings of a class, oldest first, from a number on.</summary>
    public IEnumerable<(long Sequence, RowSize Size)> OldestOf(SpoolClass @class, long from) =>
        Rows(@class == SpoolClass.Critical ? Critical : Every, from).Where(r => r.Class == @class).Select(r => (r.Sequence, r.Size));

    /// <summary>Readings whose time is known, from one end, without those that are hidden; the critical ones, which have an index, come first when that is asked for.</summary>
    public IEnumerable<SpoolRow> Read(SpoolQuery query, Func<long, bool> isHidden)
    {
        var (from, newestFirst) = (query.After + 1, query.Order == SpoolOrder.NewestFirst);
        if (query.CriticalFirst)
        {
            foreach (var row in Rows(Critical, from, newestFirst))
            {
                if (row is { Class: SpoolClass.Critical, Timestamp: not null } && !isHidden(row.Sequence)) yield return row;
            }
        }

        foreach (var row in Rows(Every, from, newestFirst))
        {
            if (row.Timestamp is not null && !(query.CriticalFirst && row.Class == SpoolClass.Critical) && !isHidden(row.Sequence)) yield return row;
        }
    }

    /// <summary>All readings from a number on, by number.</summary>
    public IEnumerable<SpoolRow> All(long from = long.MinValue) => Rows(Every, from);

    /// <summary>The oldest reading that is not hidden.</summary>
    public SpoolRow? Oldest(Func<long, bool> isHidden) => All().FirstOrDefault(r => !isHidden(r.Sequence));

    /// <summary>Readings whose time is not known, behind a number, in order.</summary>
    public IEnumerable<SpoolRow> UnknownTime(long after) => Rows(Untimed, after + 1).Where(r => r.Timestamp is null);

    /// <summary>The boots of the readings whose time is not known, from the oldest to the newest.</summary>
    public List<UnresolvedBoot> UnresolvedBoots()
    {
        var boots = new OrderedDictionary<string, long>();
        foreach (var row in UnknownTime(after: long.MinValue)) boots[row.BootId] = Math.Max(boots.GetValueOrDefault(row.BootId), row.Mono ?? 0);
        return [.. boots.Select(b => new UnresolvedBoot(b.Key, TimeSpan.FromMilliseconds(b.Value)))];
    }

    /// <summary>Readings are replaced by others of the same numbers.</summary>
    public void Update(IEnumerable<SpoolRow> rows)
    {
        ReadingBlock? block = null;
        var changed = Array.Empty<SpoolRow>();
        foreach (var row in rows)
        {
            if (block is null || row.Sequence > block.Last)
            {
                if (block is not null) Replace(block, changed);
                block = Find(row.Sequence);
                changed = [.. block?.Rows ?? []];
            }

            if (block?.IndexOf(row.Sequence) is >= 0 and var at) changed[at] = row;
        }

        if (block is not null) Replace(block, changed);
    }

    /// <summary>Counts all readings, which reads the whole table.</summary>
    public RowCounts Count()
    {
        var counts = new RowCounts();
        foreach (var row in All()) counts.Add(row.Size);
        return counts;
    }

    public void Dispose()
    {
        foreach (var command in _keys.Values.Concat([_insert, _update, _updateReadings, _delete, _read, _keyOf])) command.Dispose();
    }

    private ReadingBlock? LastBlock => connection.Number("SELECT max(seq) FROM blocks") is { } key ? Read(key) : null;

    private bool TryExtend(ReadingBlock last, IReadOnlyList<SpoolRow> rows)
    {
        SpoolRow[] all = [.. last.Rows, .. rows];
        if (BlockCodec.Fitting(all, 0) < all.Length) return false;
        var extended = last with { Rows = all };
        var stored = BlockCodec.Encode(extended);
        if (stored.Length > _blockBytes) return false;
        Update(last, extended, stored);
        return true;
    }

    /// <summary>Stores as many of the rows as fit into a page, at least one; returns how many.</summary>
    private int InsertBlock(SpoolRow[] rows)
    {
        // What is alike compresses alike: as many as the last block would have held.
        if (_bytesPerRow * rows.Length > _blockBytes) rows = rows[..Math.Max(1, (int)(_blockBytes / _bytesPerRow))];
        while (true)
        {
            var block = new ReadingBlock(rows[0].Sequence, rows);
            var stored = BlockCodec.Encode(block);
            if (stored.Length <= _blockBytes || rows.Length == 1)
            {
                _bytesPerRow = (double)stored.Length / rows.Length;
                Store(_insert, block, stored);
                _cache.Add(block);
                return rows.Length;
            }

            // This hits the page nearly always.
            var fitting = (int)(rows.Length * (long)_blockBytes * 9 / 10 / stored.Length);
            rows = rows[..Math.Clamp(fitting, 1, rows.Length - 1)];
        }
    }

    private void Remove(ReadingBlock? block, HashSet<int> gone)
    {
        if (block is not null && gone.Count > 0) Replace(block, [.. block.Rows.Where((_, i) => !gone.Contains(i))]);
    }

    private void Replace(ReadingBlock block, SpoolRow[] rows)
    {
        if (rows.Length > 0)
        {
            var replaced = block with { Rows = rows };
            Update(block, replaced, BlockCodec.Encode(replaced));
            return;
        }

        _delete.Bind(("$seq", block.Key)).ExecuteNonQuery();
        _cache.Remove(block.Key);
    }

    /// <summary>SQLite writes an index whose condition is set, even to what it was.</summary>
    private void Update(ReadingBlock before, ReadingBlock after, byte[] stored)
    {
        if ((before.HasCritical, before.HasUnknownTime) != (after.HasCritical, after.HasUnknownTime)) Store(_update, after, stored);
        else _updateReadings.Bind(("$seq", after.Key), ("$readings", stored)).ExecuteNonQuery();
        _cache.Add(after);
    }

    private static void Store(SqliteCommand command, ReadingBlock block, byte[] stored) =>
        command.Bind(("$seq", block.Key), ("$critical", block.HasCritical), ("$untimed", block.HasUnknownTime), ("$readings", stored)).ExecuteNonQuery();

    /// <summary>The block in which this number would be.</summary>
    private ReadingBlock? Find(long sequence)
    {
        if (_cache.Covering(sequence) is { } cached) return cached;
        return _keyOf.Bind(("$seq", sequence)).ExecuteScalar() is long key ? Read(key) : null;
    }

    private ReadingBlock Read(long key)
    {
        if (_cache.Get(key) is { } cached) return cached;
        using var reader = _read.Bind(("$seq", key)).ExecuteReader();
        if (!reader.Read()) throw BlockCodec.Damaged();
        var block = BlockCodec.Decode(key, reader.GetValue(2) as byte[]);

        // These two decide whether a reading is found.
        if (reader.GetValue(0) as long? != (block.HasCritical ? 1 : 0) || reader.GetValue(1) as long? != (block.HasUnknownTime ? 1 : 0)) throw BlockCodec.Damaged();
        _cache.Add(block);
        return block;
    }

    private IEnumerable<SpoolRow> Rows(string which, long from, bool newestFirst = false)
    {
        var previous = newestFirst ? long.MaxValue : long.MinValue;
        foreach (var key in Keys(which, from, newestFirst))
        {
            var rows = Read(key).Rows;

            // A number that is in the block of another could be read, but never found again.
            if (newestFirst ? rows[^1].Sequence >= previous : rows[0].Sequence <= previous) throw BlockCodec.Damaged();
            previous = newestFirst ? rows[0].Sequence : rows[^1].Sequence;
            for (var i = 0; i < rows.Length; i++)
            {
                var row = rows[newestFirst ? rows.Length - 1 - i : i];
                if (row.Sequence >= from) yield return row;
            }
        }
    }

    /// <summary>The keys of blocks that may hold a number or higher ones, a few at a time: no statement is open while the caller works.</summary>
    private IEnumerable<long> Keys(string which, long from, bool newestFirst)
    {
        var first = _keyOf.Bind(("$seq", from)).ExecuteScalar() as long? ?? from;
        var (low, high) = (first, long.MaxValue);
        while (true)
        {
            var keys = KeysBetween(which, low, high, newestFirst);
            foreach (var key in keys) yield return key;
            if (keys.Count < KeysAtOnce) yield break;
            if (newestFirst) high = keys[^1] - 1;
            else low = keys[^1] + 1;
        }
    }

    private List<long> KeysBetween(string which, long low, long high, bool newestFirst)
    {
        var sql = $"SELECT seq FROM blocks {which} AND seq BETWEEN $low AND $high ORDER BY seq{(newestFirst ? " DESC" : "")} LIMIT {KeysAtOnce}";
        if (!_keys.TryGetValue(sql, out var command)) _keys[sql] = command = connection.Prepare(sql);
        using var reader = command.Bind(("$low", low), ("$high", high)).ExecuteReader();
        var keys = new List<long>();
        while (reader.Read()) keys.Add(reader.GetInt64(0));
        return keys;
    }
}

/// <summary>The blocks that were used last: what was just committed is not read back to be sent.</summary>
internal sealed class BlockCache
{
    private const int MaxBlocks = 32;
    private const int MaxBytes = 512 * 1024;

    /// <summary>From the one used longest ago.</summary>
    private readonly OrderedDictionary<long, ReadingBlock> _blocks = [];
    private int _bytes;

    public ReadingBlock? Get(long key) => _blocks.GetValueOrDefault(key);

    /// <summary>The block that has the number within it.</summary>
    public ReadingBlock? Covering(long sequence) => _blocks.Values.FirstOrDefault(b => b.Key <= sequence && sequence <= b.Last);

    public void Add(ReadingBlock block)
    {
        Remove(block.Key);
        _blocks.Add(block.Key, block);
        _bytes += SizeOf(block);
        while (_blocks.Count > 1 && (_blocks.Count > MaxBlocks || _bytes > MaxBytes)) Remove(_blocks.GetAt(0).Key);
    }

    public void Remove(long key)
    {
        if (_blocks.Remove(key, out var block)) _bytes -= SizeOf(block);
    }

    public void Clear()
    {
        _blocks.Clear();
        _bytes = 0;
    }

    private static int SizeOf(ReadingBlock block) => block.Rows.Sum(r => r.Payload.Length + 100);
}
