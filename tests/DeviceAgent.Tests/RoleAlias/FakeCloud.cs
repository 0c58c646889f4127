using DeviceAgent.Credentials;
using DeviceAgent.Readings;
using DeviceAgent.TestSupport;
using DeviceAgent.Tests.Upload;
using DeviceAgent.Upload;

namespace DeviceAgent.Tests.RoleAlias;

/// <summary>Role aliases and a table, as far as a rotation meets them.</summary>
internal sealed class FakeCloud(ManualTimeProvider time)
{
    public static readonly UploadFault Denied = new(FaultKind.Parked, "AccessDeniedException: not authorized to perform: dynamodb:BatchWriteItem", "Allow it.") { Subject = "AccessDeniedException", IsDenied = true };
    public static readonly UploadFault NoTable = new(FaultKind.Parked, "ResourceNotFoundException: Requested resource not found", "Create it.") { Subject = "ResourceNotFoundException" };

    private readonly Lock _gate = new();
    private readonly Dictionary<string, FakeAlias> _aliases = [];
    private readonly Dictionary<string, string> _issued = [];
    private readonly Dictionary<ReadingKey, int> _puts = [];
    private readonly List<(string Alias, int Items, bool Accepted)> _writes = [];
    private readonly List<string> _fetches = [];

    public FakeAlias this[string alias]
    {
        get
        {
            lock (_gate)
            {
                if (!_aliases.TryGetValue(alias, out var found)) _aliases.Add(alias, found = new FakeAlias());
                return found;
            }
        }
    }

    public IReadOnlyList<string> Fetches
    {
        get
        {
            lock (_gate) return [.. _fetches];
        }
    }

    /// <summary>The requests to the table, in order: by whose credentials, how many items.</summary>
    public IReadOnlyList<(string Alias, int Items, bool Accepted)> Writes
    {
        get
        {
            lock (_gate) return [.. _writes];
        }
    }

    /// <summary>How often each item was put.</summary>
    public IReadOnlyDictionary<ReadingKey, int> Puts
    {
        get
        {
            lock (_gate) return new Dictionary<ReadingKey, int>(_puts);
        }
    }

    /// <summary>Runs at every step at which the agent may be killed.</summary>
    public Action<string> Step { get; set; } = _ => { };

    public static CredentialFailure Failure(CredentialFailureKind kind) => new(kind, $"It failed: {kind}.", "somebody", "Mend it.");

    public string AliasOf(string accessKeyId)
    {
        lock (_gate) return _issued[accessKeyId];
    }

    public async Task<FetchResult> FetchAsync(string alias, CancellationToken cancellationToken)
    {
        Step($"fetch {alias}");
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        var rules = this[alias];
        FetchResult result;
        lock (_gate)
        {
            _fetches.Add(alias);
            result = rules.Refusal is { } refusal ? new FetchResult.Failure(refusal) : new FetchResult.Success(Issue(alias, rules));
        }

        Step($"fetched {alias}");
        return result;
    }

    public OpenedSink Open(Func<TemporaryCredentials> credentials) => new(Table(_ => ValueTask.FromResult(credentials())), new MemoryStream());

    /// <param name="credentials">What requests are signed with.</param>
    /// <param name="used">Is told the alias of each request.</param>
    public IReadingSink Table(Func<CancellationToken, ValueTask<TemporaryCredentials>> credentials, Action<string>? used = null) => new TableByCredentials(this, credentials, used);

    private TemporaryCredentials Issue(string alias, FakeAlias rules)
    {
        var id = $"ASIA{_issued.Count}";
        _issued.Add(id, alias);
        return new TemporaryCredentials
        {
            AccessKeyId = id,
            SecretAccessKey = new Secret("secret"),
            SessionToken = new Secret("token"),
            Expiration = time.GetUtcNow() + rules.Lifetime,
            Lifetime = rules.Lifetime,
            ReceivedAt = time.GetTimestamp(),
            ClockOffset = TimeSpan.Zero,
        };
    }

    private WriteResult Write(string alias, IReadOnlyList<PendingReading> items)
    {
        var rules = this[alias];
        lock (_gate)
        {
            _writes.Add((alias, items.Count, rules is { WriteFault: null, LeavesUnprocessed: false }));
            if (rules.WriteFault is { } fault) return WriteResult.Failed(items, fault);
            if (rules.LeavesUnprocessed) return new WriteResult([], items, null);
            foreach (var item in items) _puts[item.Key] = _puts.GetValueOrDefault(item.Key) + 1;
            return new WriteResult(items, [], null);
        }
    }

    private sealed class TableByCredentials(FakeCloud cloud, Func<CancellationToken, ValueTask<TemporaryCredentials>> credentials, Action<string>? used) : IReadingSink
    {
        public RequestLimits RequestLimits => TestItems.Limits;

        public IReadingLimits ReadingLimits => throw new NotSupportedException();

        public Task<UploadFault?> CheckAsync(CancellationToken cancellationToken) => Task.FromResult<UploadFault?>(null);

        public async Task<WriteResult> WriteAsync(IReadOnlyList<PendingReading> items, CancellationToken cancellationToken)
        {
            try
            {
                var alias = cloud.AliasOf((await credentials(cancellationToken)).AccessKeyId);
                used?.Invoke(alias);
                cloud.Step($"write {alias}");
                await Task.Yield();
                var result = cloud.Write(alias, items);
                cloud.Step($"written {alias}");
                return result;
            }
            catch (CredentialsUnavailableException e)
            {
                return WriteResult.Failed(items, new UploadFault(FaultKind.NoCredentials, e.Message) { Subject = e.Failure.Kind.ToString() });
            }
        }

        public Task<UploadFault?> RefreshAsync(CancellationToken cancellationToken) => Task.FromResult<UploadFault?>(null);
    }
}
