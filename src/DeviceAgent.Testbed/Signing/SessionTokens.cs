using System.IO.Compression;
using System.Security.Cryptography;

namespace DeviceAgent.Testbed.Signing;

/// <summary>
/// Temporary credentials without memory: the session token is the session itself, with the access key id and the
/// secret, sealed with AES-GCM under a key that stays in the testbed.
/// </summary>
/// <param name="key">32 bytes, kept with the testbed's state so that tokens outlive a restart.</param>
internal sealed class SessionTokens(byte[] key)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int SecretBytes = 30;
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public IssuedCredentials Issue(RoleSession session)
    {
        var accessKeyId = "ASIA" + RandomNumberGenerator.GetString(Base32, 16);
        var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));
        var plain = SessionPayload.Write(new OpenedToken(session, accessKeyId, secret));

        var token = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = token.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var gcm = new AesGcm(key, TagBytes);
        gcm.Encrypt(nonce, plain, token.AsSpan(NonceBytes, plain.Length), token.AsSpan(^TagBytes..));
        return new IssuedCredentials(accessKeyId, secret, Convert.ToBase64String(token), SessionPayload.WholeSeconds(session.Expiration));
    }

    /// <summary>What the token holds, or null when it is forged or damaged. Whether it has expired is the caller's to judge.</summary>
    public OpenedToken? Open(string sessionToken)
    {
        if (Decode(sessionToken) is not { } token) return null;
        var plain = new byte[token.Length - NonceBytes - TagBytes];
        try
        {
            using var gcm = new AesGcm(key, TagBytes);
            gcm.Decrypt(token.AsSpan(0, NonceBytes), token.AsSpan(NonceBytes, plain.Length), token.AsSpan(^TagBytes..), plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        return SessionPayload.Read(plain);
    }

    /// <summary>Whether the text has the form of a token at all; nothing is said about who wrote it.</summary>
    public static bool HasTokenForm(string sessionToken) => Decode(sessionToken) is not null;

    private static byte[]? Decode(string sessionToken)
    {
        var token = new byte[sessionToken.Length];
        if (!Convert.TryFromBase64String(sessionToken, token, out var length) || length <= NonceBytes + TagBytes) return null;
        Array.Resize(ref token, length);
        // White space and stray bits under the padding decode as well, but were never issued.
        return Convert.ToBase64String(token) == sessionToken ? token : null;
    }
}

/// <summary>The bytes inside a session token, compressed: clients that take no more than 2048 bytes must be able to read the answer.</summary>
internal static class SessionPayload
{
    private const int SecretBytes = 30;

    public static DateTimeOffset WholeSeconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    public static byte[] Write(OpenedToken token)
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(new BrotliStream(bytes, CompressionLevel.SmallestSize, leaveOpen: true)))
        {
            writer.Write(token.Session.Expiration.ToUnixTimeSeconds());
            writer.Write(token.AccessKeyId);
            writer.Write(Convert.FromBase64String(token.SecretAccessKey));
            writer.Write(token.Session.RoleName);
            writer.Write(token.Session.RoleArn);
            writer.Write(token.Session.RoleId);
            writer.Write(token.Session.SessionName);
            writer.Write7BitEncodedInt(token.Session.ContextKeys.Count);
            foreach (var (name, value) in token.Session.ContextKeys)
            {
                writer.Write(name);
                writer.Write(value);
            }
        }

        return bytes.ToArray();
    }

    public static OpenedToken Read(byte[] bytes)
    {
        using var reader = new BinaryReader(new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress));
        var expiration = DateTimeOffset.FromUnixTimeSeconds(reader.ReadInt64());
        var accessKeyId = reader.ReadString();
        var secret = Convert.ToBase64String(reader.ReadBytes(SecretBytes));
        var (roleName, roleArn, roleId, sessionName) = (reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString());
        var contextKeys = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--) contextKeys[reader.ReadString()] = reader.ReadString();
        return new OpenedToken(new RoleSession(roleName, roleArn, roleId, sessionName, expiration, contextKeys), accessKeyId, secret);
    }
}

/// <summary>What a genuine session token holds.</summary>
internal sealed record OpenedToken(RoleSession Session, string AccessKeyId, string SecretAccessKey)
{
    public override string ToString() => $"OpenedToken {{ {AccessKeyId}, {Session.AssumedRoleArn} }}";
}
