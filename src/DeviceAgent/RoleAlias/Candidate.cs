using DeviceAgent.Credentials;
using DeviceAgent.Upload;

namespace DeviceAgent.RoleAlias;

/// <summary>
/// A role alias that is tried, with its credentials. Nobody but the proof has them: they reach the cache, and by it other programs,
/// when the alias is in force.
/// </summary>
internal sealed class Candidate : IDisposable
{
    private readonly OpenedSink _opened;
    private TemporaryCredentials _credentials;

    public Candidate(string roleAlias, TemporaryCredentials credentials, OpenSink open)
    {
        RoleAlias = roleAlias;
        _credentials = credentials;
        _opened = open(() => Credentials);
    }

    public string RoleAlias { get; }

    public IReadingSink Sink => _opened.Sink;

    public TemporaryCredentials Credentials
    {
        get => Volatile.Read(ref _credentials);
        set => Volatile.Write(ref _credentials, value);
    }

    public void Dispose() => _opened.Dispose();
}
