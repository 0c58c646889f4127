using System.Globalization;
using DeviceAgent.Commands.Doctor;
using DeviceAgent.Storage;

namespace DeviceAgent.Tests.Commands.Doctor;

public sealed class FlashCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, 0, nameof(FindingResult.Skipped), "does not tell")]
    [InlineData(1, 1, nameof(FindingResult.Ok), "up to 10 % of its life is used, spare blocks as they should be")]
    [InlineData(9, 1, nameof(FindingResult.Warning), "up to 90 %")]
    [InlineData(11, 1, nameof(FindingResult.Failure), "more than its life is used")]
    [InlineData(2, 2, nameof(FindingResult.Warning), "80 % of the spare blocks are used")]
    [InlineData(2, 3, nameof(FindingResult.Failure), "90 % of the spare blocks are used")]
    public void Judge_Wear_SaysHowMuch(int life, int spares, string result, string text)
    {
        var finding = FlashCheck.Judge("mmcblk0", life == 0 ? [] : [1, life], spares == 0 ? [] : [spares], errors: 0);
        Assert.Equal(result, finding.Result.ToString());
        Assert.Contains(text, finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_ErrorsOfTheFileSystem_AreAFailure()
    {
        var finding = FlashCheck.Judge("mmcblk0", [1], [1], errors: 3);
        Assert.Equal(FindingResult.Failure, finding.Result);
        Assert.Contains("3 errors on mmcblk0", finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_StateDirectoryOnAVolumeOfAPartition_ReadsTheDiskBelow()
    {
        var disk = Directory.CreateDirectory(_folder.File("devices/mmcblk1")).FullName;
        Directory.CreateDirectory(Path.Combine(disk, "device"));
        File.WriteAllText(Path.Combine(disk, "device", "life_time"), "0x03 0x0A\n");
        var partition = Directory.CreateDirectory(Path.Combine(disk, "mmcblk1p3")).FullName;
        File.WriteAllText(Path.Combine(partition, "partition"), "3\n");
        var volume = Directory.CreateDirectory(_folder.File("devices/dm-0/slaves")).Parent!.FullName;
        Directory.CreateSymbolicLink(Path.Combine(volume, "slaves", "mmcblk1p3"), partition);
        Link(volume);
        var finding = FlashCheck.Run(_folder.Path, _folder.Path);
        Assert.Equal((FindingResult.Warning, "mmcblk1 is worn: up to 100 % of its life is used."), (finding.Result, finding.What));
    }

    [Fact]
    public void Run_NoBlockDevice_IsSkipped() => Assert.Equal(FindingResult.Skipped, FlashCheck.Run(_folder.Path, _folder.File("nothing")).Result);

    private void Link(string device)
    {
        var number = FileStatus.Of(_folder.Path)!.Value.Device;
        Directory.CreateDirectory(_folder.File("dev/block"));
        Directory.CreateSymbolicLink(_folder.File(string.Create(CultureInfo.InvariantCulture, $"dev/block/{number >> 32}:{number & uint.MaxValue}")), device);
    }
}
