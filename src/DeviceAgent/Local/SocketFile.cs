using System.Net.Sockets;
using System.Text;

namespace DeviceAgent.Local;

/// <summary>The file of the Unix socket.</summary>
internal static class SocketFile
{
    /// <summary>
    /// A socket that is bound and has its mode before anybody can connect: the kernel refuses connections until it listens.
    /// The file of a process that is gone is replaced.
    /// </summary>
    /// <exception cref="EndpointException">Another process listens there, or something else than a socket is in the way.</exception>
    public static Socket Bind(UnixDomainSocketEndPoint address, string path, UnixFileMode mode)
    {
        if (File.Exists(path)) RemoveStale(address, path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(address);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, mode);
            return socket;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw new EndpointException($"the socket '{path}' cannot be made: {e.Message}; check that its folder exists and that the agent may write to it, or change endpoint.socket", e);
        }
    }

    /// <summary>The address of a socket's file.</summary>
    /// <exception cref="EndpointException">The path is too long for the kernel.</exception>
    public static UnixDomainSocketEndPoint Address(string path) => Encoding.UTF8.GetByteCount(path) <= EndpointOptions.MaxSocketPathBytes
        ? new UnixDomainSocketEndPoint(path)
        : throw new EndpointException($"the path of the socket '{path}' is longer than the {EndpointOptions.MaxSocketPathBytes} bytes that a socket may have: set endpoint.socket to a shorter one, e.g. /run/device-agent.sock");

    private static void RemoveStale(UnixDomainSocketEndPoint address, string path)
    {
        if (!IsSocket(path)) throw new EndpointException($"'{path}' exists and is not a socket: move it away, or change endpoint.socket");
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(address);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
        {
            // Nobody listens, or it is a link to a socket that is gone.
            Remove(path);
            return;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // Somebody listens and is busy.
        }
        catch (SocketException e)
        {
            throw new EndpointException($"the socket '{path}' exists and cannot be asked who has it: {e.Message}; remove it if no agent runs, or change endpoint.socket", e);
        }

        throw new EndpointException($"another process listens on the socket '{path}': stop it, or give this agent its own endpoint.socket");
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EndpointException($"the socket '{path}' is left over from an agent that is gone and cannot be removed: {e.Message}; remove it", e);
        }
    }

    /// <summary>A socket is what cannot be opened although one may; a file, a pipe or a device can be.</summary>
    private static bool IsSocket(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite).Dispose();
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
