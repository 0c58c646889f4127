using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Credentials.Text;

/// <summary>Reads files that were written elsewhere: regular files only, so that nothing waits for a pipe's other end, and up to a limit.</summary>
internal static partial class InputFile
{
    /// <summary>struct statx: 256 bytes, the mode (16 bits) at 28.</summary>
    private const int StatusBytes = 256;

    private const int ModeOffset = 28;
    private const uint WantType = 1;
    private const int CurrentFolder = -100;
    private const int OfHandle = 0x1000;

    /// <summary>To read; a pipe without waiting for its other end; closed where another program is started.</summary>
    private const int ToRead = 0x800 | 0x80000;

    /// <summary>More than 2 GiB where numbers have 32 bits.</summary>
    private const int LargeOnArm = 0x20000;

    private const int NotPermitted = 1;
    private const int NotFound = 2;
    private const int Interrupted = 4;
    private const int NotAllowed = 13;
    private const int NotAFolder = 20;

    /// <summary>All of a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="maxBytes">A longer one is refused.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="DirectoryNotFoundException">Nor a folder for it.</exception>
    /// <exception cref="IOException">It is no file (<see cref="NotAFileException"/>), too long (<see cref="FileTooLongException"/>), or the medium fails.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] Read(string path, int maxBytes)
    {
        using var handle = Open(path);
        return Read(handle, maxBytes);
    }

    /// <summary>The same as text (<see cref="TextDecoder"/>); <see cref="NotTextException"/> when it is none.</summary>
    public static string ReadText(string path, int maxBytes)
    {
        var bytes = Read(path, maxBytes);
        try
        {
            return TextDecoder.Decode(bytes, out var problem) ?? throw new NotTextException(problem!);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Opens a regular file to read. The exceptions are those of <see cref="Read(string, int)"/>.</summary>
    public static SafeFileHandle Open(string path)
    {
        if (!OperatingSystem.IsLinux()) return File.OpenHandle(path);

        // Before, because to open a device may start what it does; after, because something else may have been put there meanwhile.
        var full = Path.GetFullPath(path);
        if (KindOf(full) is { } kind) throw new NotAFileException(kind);
        var handle = OpenWithoutWaiting(full);
        if (KindOf(handle) is not { } opened) return handle;
        handle.Dispose();
        throw new NotAFileException(opened);
    }

    private static SafeFileHandle OpenWithoutWaiting(string path)
    {
        while (true)
        {
            var handle = OpenPath(path, RuntimeInformation.ProcessArchitecture == Architecture.Arm ? ToRead | LargeOnArm : ToRead);
            if (!handle.IsInvalid) return handle;
            var (error, message) = (Marshal.GetLastPInvokeError(), Marshal.GetLastPInvokeErrorMessage());
            handle.Dispose();
            if (error != Interrupted) throw Failure(error, path, message);
        }
    }

    private static Exception Failure(int error, string path, string message) => error switch
    {
        NotFound => new FileNotFoundException($"'{path}' is not there", path),
        NotAFolder => new DirectoryNotFoundException($"a part of '{path}' is not a folder"),
        NotPermitted or NotAllowed => new UnauthorizedAccessException($"Access to the path '{path}' is denied."),
        _ => new IOException($"{message} : '{path}'", error),
    };

    /// <summary>All of an open file: what it says of its length is not believed, files of the kernel say 0.</summary>
    public static byte[] Read(SafeFileHandle handle, int maxBytes)
    {
        var length = RandomAccess.GetLength(handle);
        if (length > maxBytes) throw new FileTooLongException(length);
        var buffer = new byte[Math.Min(maxBytes, Math.Max(length, 4096)) + 1];
        try
        {
            var count = 0;
            while (RandomAccess.Read(handle, buffer.AsSpan(count), count) is var read and > 0)
            {
                count += read;
                if (count > maxBytes) throw new FileTooLongException(count);
                if (count == buffer.Length) Grow(ref buffer, Math.Min(maxBytes + 1, 2 * buffer.Length));
            }

            return buffer[..count];
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    private static void Grow(ref byte[] buffer, int length)
    {
        var longer = new byte[length];
        buffer.CopyTo(longer, 0);
        CryptographicOperations.ZeroMemory(buffer);
        buffer = longer;
    }

    /// <summary>What stands in the place of a regular file; null when it is one, or nothing can be told.</summary>
    public static string? KindOf(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        Span<byte> status = stackalloc byte[StatusBytes];
        return Status(CurrentFolder, path, 0, WantType, status) == 0 ? KindIn(status) : null;
    }

    private static string? KindOf(SafeFileHandle file)
    {
        Span<byte> status = stackalloc byte[StatusBytes];
        return StatusOfHandle(file, "", OfHandle, WantType, status) == 0 ? KindIn(status) : null;
    }

    private static string? KindIn(ReadOnlySpan<byte> status) => (BitConverter.ToUInt16(status[ModeOffset..]) >> 12) switch
    {
        1 => "a named pipe",
        2 or 6 => "a device",
        4 => "a folder",
        12 => "a socket",
        _ => null,
    };

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenPath(string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatusOfHandle(SafeFileHandle file, string path, int flags, uint mask, Span<byte> status);
}

/// <summary>What a path leads to is no regular file.</summary>
/// <param name="kind">What it is, e.g. <c>a named pipe</c>.</param>
internal sealed class NotAFileException(string kind) : IOException($"it is {kind}, not a file");

/// <summary>A file is longer than anything of its kind.</summary>
/// <param name="length">In bytes, or as many as were read.</param>
internal sealed class FileTooLongException(long length) : IOException($"it has {length} bytes, which is too long")
{
    public long FileLength => length;
}

/// <summary>A file is not text in an encoding that is read.</summary>
/// <param name="problem">What is wrong with it, with the offset of the byte.</param>
internal sealed class NotTextException(string problem) : IOException(problem);
