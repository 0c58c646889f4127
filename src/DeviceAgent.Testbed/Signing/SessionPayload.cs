using System.IO.Compression;

namespace DeviceAgent.Testbed.Signing;

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
