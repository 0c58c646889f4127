using System.Globalization;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Storage;

namespace DeviceAgent.Commands.Doctor;

/// <summary>How worn the flash under the state directory is, as far as the kernel tells: eMMC says so, SD cards and disks do not; ext4 counts its errors.</summary>
internal static class FlashCheck
{
    /// <summary>A file of sysfs has a page.</summary>
    private const int MaxBytes = 4096;

    /// <summary>The JEDEC's scale of life: 1 is up to 10 % used, 10 up to 100 %, 11 more than was foreseen.</summary>
    private const int WornLife = 9;

    private const int SpentLife = 11;

    /// <summary>The JEDEC's scale of spare blocks: 1 is normal, 2 is 80 % used, 3 is 90 %.</summary>
    private const int FewSpares = 2;

    private const int HardlyAnySpare = 3;

    private const string Remedy = "Plan to replace the medium: copy what counts, order another. What wears it: docs/durability.md.";

    /// <param name="stateDirectory">What lies on it.</param>
    /// <param name="sysfs">Where sysfs is.</param>
    public static Finding Run(string stateDirectory, string sysfs)
    {
        try
        {
            if (FileStatus.Of(StorageChecks.NearestFolder(stateDirectory)) is not { } status) return Silent("the kernel does not tell on which device the state directory is");
            var (major, minor) = (status.Device >> 32, status.Device & uint.MaxValue);
            var link = Path.Combine(sysfs, "dev", "block", string.Create(CultureInfo.InvariantCulture, $"{major}:{minor}"));
            if (!Directory.Exists(link)) return Silent("the state directory is on no block device (a network, overlay or memory file system)");
            var device = Physical(link);
            return Judge(Path.GetFileName(device), Numbers(device, "device/life_time"), Numbers(device, "device/pre_eol_info"), Errors(sysfs, link));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Silent($"the kernel's files cannot be read: {e.Message}");
        }
    }

    /// <param name="device">Its name.</param>
    /// <param name="life">How much of its life is used, for each kind of memory in it.</param>
    /// <param name="spares">How many spare blocks are left.</param>
    /// <param name="errors">That the file system has counted.</param>
    public static Finding Judge(string device, IReadOnlyList<int> life, IReadOnlyList<int> spares, long? errors)
    {
        if (errors > 0)
            return Finding.Failure(CheckName.Flash, $"The file system of the state directory has counted {errors} errors on {device}.", $"See them: dmesg | grep {device}. Check the file system at the next boot (fsck); when they come back, replace the medium.");
        var (used, spare) = (life.DefaultIfEmpty().Max(), spares.DefaultIfEmpty().Max());
        if (used >= SpentLife || spare >= HardlyAnySpare) return Finding.Failure(CheckName.Flash, $"{device} is worn out: {Text(used, spare)}.", Remedy);
        if (used >= WornLife || spare >= FewSpares) return Finding.Warning(CheckName.Flash, $"{device} is worn: {Text(used, spare)}.", Remedy);
        return used > 0 || spare > 0 ? Finding.Ok(CheckName.Flash, $"{device}: {Text(used, spare)}") : Silent($"{device} does not tell how worn it is");
    }

    private static Finding Silent(string why) => Finding.Skipped(CheckName.Flash, why);

    private static string Text(int used, int spare) => string.Join(", ", new[]
    {
        used == 0 ? "" : used >= SpentLife ? "more than its life is used" : $"up to {used * 10} % of its life is used",
        spare switch { 0 => "", 1 => "spare blocks as they should be", FewSpares => "80 % of the spare blocks are used", _ => "90 % of the spare blocks are used" },
    }.Where(t => t.Length > 0));

    /// <summary>The disk below partitions, encryption and volumes.</summary>
    private static string Physical(string link)
    {
        var at = Resolve(link);
        while (Directory.Exists(Path.Combine(at, "slaves")) && Directory.EnumerateDirectories(Path.Combine(at, "slaves")).Order(StringComparer.Ordinal).FirstOrDefault() is { } below) at = Resolve(below);
        return File.Exists(Path.Combine(at, "partition")) && Path.GetDirectoryName(at) is { } disk ? disk : at;
    }

    private static string Resolve(string link) => Directory.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName ?? link;

    /// <summary>Hexadecimal numbers with spaces between; none where there is no such file.</summary>
    private static IReadOnlyList<int> Numbers(string device, string file) => Read(Path.Combine(device, file)) is not { } text ? []
        : [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(n => int.TryParse(n.StartsWith("0x", StringComparison.Ordinal) ? n[2..] : n, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : 0)];

    private static long? Errors(string sysfs, string link) =>
        long.TryParse(Read(Path.Combine(sysfs, "fs", "ext4", Path.GetFileName(Resolve(link)), "errors_count")), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

    private static string? Read(string path) => File.Exists(path) ? InputFile.ReadText(path, MaxBytes).Trim() : null;
}
