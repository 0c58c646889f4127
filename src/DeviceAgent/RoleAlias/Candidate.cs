using DeviceAgent.Credentials;
using DeviceAgent.Upload;

namespace DeviceAgent.RoleAlias;

/// <summary>Opens the table with other credentials than those in force; they are asked for at each request.</summary>
internal delegate OpenedTable OpenTable(Func<TemporaryCredentials> credentials);

/// <summary>
/// A role alias that is tried, with its credentials. Nobody but the proof has them: they reach the cache, and by it other programs,
/// when the alias is in force.
/// </summary>
internal sealed class Candidate : IDisposable
{
    private readonly OpenedTable _opened;
    private TemporaryCredentials _credentials;

    public Candidate(string roleAlias, TemporaryCredentials credentials, OpenTable open)
    {
        RoleAlias = roleAlias;
        _credentials = credentials;
        _opened = open(() => Credentials);
    }

    public string RoleAlias { get; }

    public ITable Table => _opened.Table;

    public TemporaryCredentials Credentials
    {
        get => Volatile.Read(ref _credentials);
        set => Volatile.Write(ref _credentials, value);
    }

    public void Dispose() => _opened.Dispose();
}
