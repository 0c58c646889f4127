using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace DeviceAgent.Local;

/// <summary>Session tokens of the metadata service, as hashes and in memory only. Bounded: the oldest of the user who has most goes first. Thread-safe.</summary>
internal sealed class ImdsTokens(TimeProvider time)
{
    public const int MaxTokens = 256;

    private const int TokenBytes = 32;

    private readonly Lock _gate = new();
    private readonly List<Session> _sessions = [];

    /// <summary>A new token that is good for so long.</summary>
    public string Issue(uint? user, TimeSpan life)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        lock (_gate)
        {
            _sessions.RemoveAll(s => !IsAlive(s));
            if (_sessions.Count >= MaxTokens) _sessions.Remove(_sessions.GroupBy(s => s.User).MaxBy(g => g.Count())!.First());
            _sessions.Add(new Session(user, Hash(token), time.GetTimestamp(), life));
        }

        return token;
    }

    /// <summary>How long the token is still good; null when it is not.</summary>
    public TimeSpan? LifeOf(string? token)
    {
        if (token is null) return null;
        var hash = Hash(token);
        lock (_gate)
        {
            Session? found = null;
            foreach (var session in _sessions)
            {
                if (CryptographicOperations.FixedTimeEquals(hash, session.Hash)) found = session;
            }

            return found is not null && IsAlive(found) ? found.Life - time.GetElapsedTime(found.IssuedAt) : null;
        }
    }

    private bool IsAlive(Session session) => time.GetElapsedTime(session.IssuedAt) < session.Life;

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private sealed record Session(uint? User, byte[] Hash, long IssuedAt, TimeSpan Life);
}
