using DeviceAgent.Testbed.DynamoDb.Operations;
using DeviceAgent.Testbed.DynamoDb.Tables;
using DeviceAgent.Testbed.DynamoDb.Wire;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.Testbed.DynamoDb;

/// <summary>
/// The tables of the testbed: DynamoDB's JSON requests in, its JSON answers out, the data in one SQLite file.
/// No HTTP, no signatures, no permissions; those are the API's. Safe for many threads.
/// </summary>
internal sealed class DynamoDbEngine : IDisposable
{
    private static readonly Dictionary<string, Func<DynamoDbEngine, IOperation>> Handlers = new()
    {
        ["CreateTable"] = e => new CreateTableOperation(e._tables),
        ["DescribeTable"] = e => new DescribeTableOperation(e._tables),
        ["ListTables"] = e => new ListTablesOperation(e._tables),
        ["DeleteTable"] = e => new DeleteTableOperation(e._tables),
        ["UpdateTimeToLive"] = e => new UpdateTimeToLiveOperation(e._tables),
        ["DescribeTimeToLive"] = e => new DescribeTimeToLiveOperation(e._tables),
        ["PutItem"] = e => new PutItemOperation(e._tables, e._items),
        ["GetItem"] = e => new GetItemOperation(e._tables, e._items),
        ["BatchWriteItem"] = e => new BatchWriteItemOperation(e._tables, e._items),
        ["Query"] = e => new QueryOperation(e._tables, e._items),
        ["Scan"] = e => new ScanOperation(e._tables, e._items),
    };

    private readonly TableDatabase _database;
    private readonly TableRows _rows;
    private readonly TableCatalog _tables;
    private readonly ItemRows _items;

    public DynamoDbEngine(string databasePath, DynamoDbEngineOptions options, TimeProvider time) : this(new TableDatabase(databasePath), options, time)
    {
    }

    /// <param name="database">Disposed of with the engine.</param>
    public DynamoDbEngine(TableDatabase database, DynamoDbEngineOptions options, TimeProvider time)
    {
        _database = database;
        _rows = new TableRows(_database);
        _items = new ItemRows(_database, _rows);
        _tables = new TableCatalog(_rows, _items, options, time);
    }

    /// <summary>Is it an operation of the testbed? Names are case-sensitive, as in <c>X-Amz-Target</c>.</summary>
    public static bool Knows(string operation) => Handlers.ContainsKey(operation);

    /// <summary>What a request wants to touch, one entry a table. Also checks the request as far as that is possible without doing it.</summary>
    /// <exception cref="DynamoDbException">The request cannot be understood; its <see cref="DynamoDbException.ToResponse"/> is the answer.</exception>
    public IReadOnlyList<DynamoDbAccess> Accesses(string operation, ReadOnlyMemory<byte> body)
    {
        var handler = Operation(operation);
        using var request = WireJson.Parse(body);
        return _database.Atomically(() => handler.Accesses(request.RootElement));
    }

    /// <summary>Does what the request asks. A fault of the client is an answer like any other.</summary>
    public DynamoDbResponse Execute(string operation, ReadOnlyMemory<byte> body)
    {
        try
        {
            var handler = Operation(operation);
            using var request = WireJson.Parse(body);
            return new DynamoDbResponse(200, _database.Atomically(() => WireJson.Write(answer => handler.Execute(request.RootElement, answer))));
        }
        catch (DynamoDbException e)
        {
            return e.ToResponse();
        }
        catch (SqliteException)
        {
            // A full or broken disk.
            return DynamoDbException.InternalServerError().ToResponse();
        }
    }

    /// <summary>How many items each table has now, by its name: kept with every write, so it costs the same however many there are.</summary>
    public IReadOnlyDictionary<string, long> ItemCounts() => _database.Atomically(_rows.ItemCounts);

    public void Dispose() => _database.Dispose();

    private IOperation Operation(string name) =>
        Handlers.TryGetValue(name, out var create) ? create(this) : throw DynamoDbException.UnknownOperation();
}

internal sealed record DynamoDbEngineOptions
{
    /// <summary>How long a new table stays CREATING.</summary>
    public TimeSpan CreatingTime { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a deleted table stays DELETING.</summary>
    public TimeSpan DeletingTime { get; init; } = TimeSpan.FromMilliseconds(250);
}

/// <summary>One thing a request wants to do, as IAM sees it.</summary>
/// <param name="Action">E.g. <c>dynamodb:PutItem</c>.</param>
/// <param name="TableName">The table's name, or <see cref="AllTables"/> for an action that has no table (ListTables).</param>
/// <param name="LeadingKeys">The partition key values named by the request, as text; empty when it names none.</param>
internal sealed record DynamoDbAccess(string Action, string TableName, IReadOnlyList<string> LeadingKeys)
{
    public const string AllTables = "*";
}

/// <summary>What goes over the wire: an HTTP status and a JSON 1.0 body.</summary>
internal readonly record struct DynamoDbResponse(int StatusCode, byte[] Body);
