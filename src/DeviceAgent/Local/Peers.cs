using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Local;

/// <summary>Who asks for credentials, as far as it is known.</summary>
/// <param name="Channel">How: one of the constants.</param>
/// <param name="Client">The client whose token came along.</param>
/// <param name="User">The numeric user id of the process, as the kernel tells it.</param>
/// <param name="Process">The process id, as the kernel tells it.</param>
internal sealed record LocalCaller(string Channel, string? Client = null, uint? User = null, int? Process = null)
{
    public const string Socket = "socket";
    public const string Container = "container";
    public const string Imds = "imds";

    /// <summary>Whose requests are counted together.</summary>
    public string Name => Client is not null ? $"client '{Client}'" : User is { } user ? $"user {user} ({Channel})" : $"all others ({Channel})";
}

/// <summary>Who is at the other end of the Unix socket: what the kernel noted when it connected (SO_PEERCRED).</summary>
internal static class PeerProcess
{
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    /// <summary>Null when the kernel does not tell.</summary>
    public static LocalCaller? Of(HttpContext context) =>
        context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket ? Of(socket) : null;

    public static LocalCaller? Of(Socket socket)
    {
        // struct ucred { pid_t pid; uid_t uid; gid_t gid; }
        Span<int> credentials = stackalloc int[3];
        try
        {
            var bytes = MemoryMarshal.AsBytes(credentials);
            if (socket.GetRawSocketOption(SocketLevel, PeerCredentials, bytes) != bytes.Length) return null;
            return new LocalCaller(LocalCaller.Socket, User: (uint)credentials[1], Process: credentials[0]);
        }
        catch (SocketException)
        {
            return null;
        }
    }
}

/// <summary>
/// Whose socket is at the other end of a loopback connection: the kernel is asked (NETLINK_SOCK_DIAG) for the socket with these
/// addresses. Good for the audit log and for counting; not a check of rights, because who holds a socket can hand it on.
/// </summary>
internal sealed partial class LoopbackPeer
{
    private const int NetlinkFamily = 16;
    private const int RawCloseOnExec = 3 | 0x80000;
    private const int SockDiag = 4;
    private const int DoNotWait = 0x40;
    private const ushort ByFamily = 20;
    private const ushort IsRequest = 1;
    private const byte Tcp = 6;

    private const int HeaderBytes = 16;
    private const int RequestBytes = HeaderBytes + 56;
    private const int UserOffset = HeaderBytes + 64;
    private const int InodeOffset = HeaderBytes + 68;
    private const int AnswerBytes = HeaderBytes + 72;

    /// <summary>The numeric user id; null when the kernel does not tell (the client is gone, or netlink is not allowed).</summary>
    /// <exception cref="SocketException">The connection is gone.</exception>
    public uint? UserOf(Socket connection)
    {
        if (connection.AddressFamily == AddressFamily.Unix) return PeerProcess.Of(connection)?.User;
        if (!OperatingSystem.IsLinux() || connection is not { RemoteEndPoint: IPEndPoint { Address: var remote } client, LocalEndPoint: IPEndPoint { Address: var local } server }) return null;
        Span<byte> request = stackalloc byte[RequestBytes];
        request.Clear();
        MemoryMarshal.Write(request, (uint)RequestBytes);
        MemoryMarshal.Write(request[4..], ByFamily);
        MemoryMarshal.Write(request[6..], IsRequest);
        request[HeaderBytes] = (byte)(remote.AddressFamily == AddressFamily.InterNetworkV6 ? 10 : 2);
        request[HeaderBytes + 1] = Tcp;
        MemoryMarshal.Write(request[(HeaderBytes + 4)..], uint.MaxValue);
        var id = request[(HeaderBytes + 8)..];

        // The client's socket: its own address is our remote one.
        BinaryPrimitives.WriteUInt16BigEndian(id, (ushort)client.Port);
        BinaryPrimitives.WriteUInt16BigEndian(id[2..], (ushort)server.Port);
        remote.TryWriteBytes(id[4..], out _);
        local.TryWriteBytes(id[20..], out _);
        MemoryMarshal.Write(id[40..], ulong.MaxValue);
        return Ask(request);
    }

    private static uint? Ask(ReadOnlySpan<byte> request)
    {
        using var netlink = Open(NetlinkFamily, RawCloseOnExec, SockDiag);
        if (netlink.IsInvalid || Send(netlink, request, request.Length, 0) != request.Length) return null;
        Span<byte> answer = stackalloc byte[512];
        var length = Receive(netlink, answer, answer.Length, DoNotWait);
        if (length < AnswerBytes || MemoryMarshal.Read<ushort>(answer[4..]) != ByFamily) return null;

        // A socket that its process has closed has no file any more, and the kernel says root for its user.
        return MemoryMarshal.Read<uint>(answer[InodeOffset..]) == 0 ? null : MemoryMarshal.Read<uint>(answer[UserOffset..]);
    }

    [LibraryImport("libc", EntryPoint = "socket")]
    private static partial SafeFileHandle Open(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "send")]
    private static partial nint Send(SafeFileHandle socket, ReadOnlySpan<byte> bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv")]
    private static partial nint Receive(SafeFileHandle socket, Span<byte> bytes, nint length, int flags);
}
